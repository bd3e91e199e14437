/** A stock Colyseus 0.18 server with rooms of a measurement's own, imported and started as its users do. */
import { matchMaker, type Room, Server, WebSocketTransport } from 'colyseus';
import type { Host } from './host.ts';

/** On a free port of this machine only. */
export async function hostStock(rooms: Readonly<Record<string, new () => Room>>): Promise<Host> {
  const transport = new WebSocketTransport();
  const server = new Server({ greet: false, gracefullyShutdown: false, transport });
  for (const [name, StockRoom] of Object.entries(rooms)) server.define(name, StockRoom);
  await server.listen(0, '127.0.0.1');
  const address = transport.server?.address();
  if (address === null || typeof address !== 'object') throw new Error('the server has no port');
  return {
    port: address.port,
    createRoom: async (name, options) => (await matchMaker.createRoom(name, options)).roomId,
    stop: () => server.gracefullyShutdown(false),
  };
}
