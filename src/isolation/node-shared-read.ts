/**
 * All sockets of a process read into one piece of memory, instead of 64 KiB for each read that are cut to size and handed
 * through a stream. Node does so for sockets that ask for it when they are made (`onread` of net.connect); those that a
 * server accepts cannot ask, so this sets what that option would: properties and a method of Node's own (24.21.0). Where
 * they are not to be found, or the socket is no plain one (TLS), nothing happens and data goes on to arrive as events.
 */
import { Socket } from 'node:net';

/** Only lent until the call returns. */
export type TakeBytes = (chunk: Buffer) => void;

interface Handle {
  useUserBuffer?(buffer: Uint8Array): void;
}

const READ_BYTES = 64 * 1024;

const [BUFFER, CALLBACK] = ['kBuffer', 'kBufferCb'].map(ownSymbol);

function ownSymbol(description: string): symbol | undefined {
  return Object.getOwnPropertySymbols(new Socket()).find((symbol) => symbol.description === description);
}

export class SharedReads {
  readonly #before: () => void;
  /** libuv reads one socket at a time and hands the bytes on at once, so all can share it. */
  readonly #memory = Buffer.allocUnsafeSlow(READ_BYTES);

  /** `before` is called each time before what arrived is handed on. */
  constructor(before: () => void = () => {}) {
    this.#before = before;
  }

  /** From now on what arrives is handed to `take`; true if so. What was read before still comes as an event. */
  read(socket: Socket, take: TakeBytes): boolean {
    const handle = (socket as unknown as { readonly _handle: Handle | null })._handle;
    if (BUFFER === undefined || CALLBACK === undefined || handle?.constructor.name !== 'TCP') return false;
    if (typeof handle.useUserBuffer !== 'function') return false;
    const memory = this.#memory;
    const before = this.#before;
    handle.useUserBuffer(memory);
    Object.assign(socket, {
      [BUFFER]: memory,
      [CALLBACK]: (bytes: number): boolean => {
        before();
        take(memory.subarray(0, bytes));
        return true;
      },
    });
    return true;
  }
}
