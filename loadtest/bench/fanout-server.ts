/** A server process of the fan-out bench: one variant with its room, measured from inside. It is killed when done. */
import type { Host } from '../host.ts';
import type { FromServer, ToServer, Variant } from './fanout-messages.ts';
import { notesFor, patchOf } from './fanout-state.ts';

let before = process.cpuUsage();

process.on('disconnect', () => process.exit(1));
process.on('SIGINT', () => {});
process.on('message', (message: ToServer) => void obey(message));

async function obey(message: ToServer): Promise<void> {
  switch (message.type) {
    case 'start': {
      const { variant } = message;
      const notes = notesFor(message.patchBytes);
      const host = await start(variant, notes);
      const roomId = await host.createRoom(variant, { notes });
      return tell({ type: 'ready', port: host.port, roomId, patchBytes: patchOf(notes).length });
    }
    case 'measure':
      before = process.cpuUsage();
      return;
    case 'result': {
      const { user, system } = process.cpuUsage(before);
      return tell({ type: 'result', userUs: user, systemUs: system });
    }
  }
}

/** Only what the variant needs is loaded. */
async function start(variant: Variant, notes: number): Promise<Host> {
  switch (variant) {
    case 'game':
    case 'room':
      return (await import('./fanout-hypogeum.ts')).startHypogeum();
    case 'stock': {
      const { hostStock } = await import('../host-stock.ts');
      return hostStock({ stock: (await import('./fanout-stock-room.ts')).StockFanoutRoom });
    }
    case 'floor':
      return (await import('./fanout-floor.ts')).startFloor(notes);
  }
}

function tell(message: FromServer): void {
  process.send?.(message);
}
