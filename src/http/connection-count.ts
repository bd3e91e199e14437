/** How many connections from outside a server has open, sockets of players included. */
import type { Server } from 'node:net';

export class ConnectionCount {
  #open = 0;

  get open(): number {
    return this.#open;
  }

  watch(server: Server): void {
    server.on('connection', (socket) => {
      this.#open++;
      socket.once('close', () => this.#open--);
    });
  }
}
