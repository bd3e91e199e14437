/** A server process of `chaos -- slow`: one room, on Hypogeum or on stock Colyseus. It is killed when the run is over. */
import type { Host } from '../host.ts';
import type { FromServer, MemoryUse, ToServer } from './slow-messages.ts';
import { stage } from './slow-stage.ts';

process.on('disconnect', () => process.exit(1));
process.on('SIGINT', () => {});
process.on('message', (message: ToServer) => void obey(message));

async function obey(message: ToServer): Promise<void> {
  switch (message.type) {
    case 'start': {
      const host = await start(message);
      return tell({ type: 'ready', port: host.port, roomId: await host.createRoom(message.room, {}) });
    }
    case 'move':
      stage.moving = message.moving;
      return;
    case 'weigh':
      return tell({ type: 'weighed', memory: weigh() });
    case 'tell':
      return tell({ type: 'truth', truth: stage.truth() });
  }
}

/** Only what the room needs is loaded. */
async function start({ room, settings }: Extract<ToServer, { type: 'start' }>): Promise<Host> {
  if (room !== 'stock') return (await import('./slow-hypogeum.ts')).startHypogeum(settings);
  const { hostStock } = await import('../host-stock.ts');
  return hostStock({ stock: (await import('./slow-broadcast.ts')).BroadcastRoom });
}

/** The second collection frees what finalizers of the first let go of. */
function weigh(): MemoryUse {
  if (globalThis.gc === undefined) throw new Error('the server process needs --expose-gc');
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { held: heapUsed + external, resident: rss };
}

function tell(message: FromServer): void {
  process.send?.(message);
}
