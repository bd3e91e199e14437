/** A stock Colyseus 0.18 server with rooms of a measurement's own, imported and started as its users do. */
import { matchMaker, type Room, Server, type ServerOptions, WebSocketTransport } from 'colyseus';
import type { Host } from './host.ts';

/** On a free port of this machine only. `services`: where it keeps listings and messages, if not in this process. */
export async function hostStock(
  rooms: Readonly<Record<string, new () => Room>>,
  services: Pick<ServerOptions, 'driver' | 'presence'> = {},
): Promise<Host> {
  const transport = new WebSocketTransport();
  const server = new Server({ greet: false, gracefullyShutdown: false, transport, ...services });
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
