/**
 * A line that can be cut: a TCP relay on a free loopback port between a browser and a server. While cut, what was
 * connected is torn down and nothing new gets through; it can be stalled one way; the server behind it can be exchanged.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export class Line implements AsyncDisposable {
  /** Port of the server that new connections are relayed to. */
  target: number;
  #cut = false;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #pairs = new Map<Socket, Socket>();

  private constructor(target: number) {
    this.target = target;
    this.#server = createServer((socket) => this.#relay(socket));
  }

  static async to(target: number): Promise<Line> {
    const line = new Line(target);
    line.#server.listen(0, '127.0.0.1');
    await once(line.#server, 'listening');
    return line;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Tears down every connection, without a goodbye. */
  cut(): void {
    this.#cut = true;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  mend(): void {
    this.#cut = false;
  }

  /** What the server sends stays on the way, until `flow`. */
  stall(): void {
    for (const [far, near] of this.#pairs) {
      far.unpipe(near);
      far.pause();
    }
  }

  flow(): void {
    for (const [far, near] of this.#pairs) far.pipe(near);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #relay(near: Socket): void {
    if (this.#cut) return void near.resetAndDestroy();
    const far = connect(this.target, '127.0.0.1');
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.#end(near, far));
    }
    this.#pairs.set(far, near);
    near.pipe(far).pipe(near);
  }

  #end(...sockets: Socket[]): void {
    for (const socket of sockets) {
      this.#sockets.delete(socket);
      this.#pairs.delete(socket);
      socket.destroy();
    }
  }
}
