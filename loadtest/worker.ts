/** A bot process: obeys the messages of the load test that forked it, and ends when that does. No decisions here. */
import type { FromWorker, ToWorker } from './messages.ts';
import { Squad } from './squad.ts';

const PROGRESS_EVERY_MS = 250;

let squad: Squad | undefined;

process.on('disconnect', () => process.exit(1));
// Ctrl+C reaches the whole process group; the load test itself decides what becomes of its bots.
process.on('SIGINT', () => {});
process.on('message', (message: ToWorker) => void obey(message));

async function obey(message: ToWorker): Promise<void> {
  switch (message.type) {
    case 'start': {
      const started = new Squad(message.options);
      squad = started;
      setInterval(() => tell({ type: 'progress', progress: started.progress }), PROGRESS_EVERY_MS);
      await started.join();
      tell({ type: 'progress', progress: started.progress });
      tell({ type: 'ramped' });
      return;
    }
    case 'measure':
      squad?.measure();
      return;
    case 'finish':
      await finish();
  }
}

async function finish(): Promise<void> {
  if (squad === undefined) return;
  tell({ type: 'result', result: squad.result() });
  await squad.leave();
  process.disconnect();
  process.exit(0);
}

function tell(message: FromWorker): void {
  process.send?.(message);
}
