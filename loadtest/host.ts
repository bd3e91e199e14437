/** A server that a measurement runs on, stock or ours, in the process that measures it. */
export interface Host {
  readonly port: number;
  /** Makes a room; resolves with its id. */
  createRoom(name: string, options: object): Promise<string>;
  stop(): Promise<void>;
}
