/**
 * `npm run loadtest:colyseus`: the arena bot under the @colyseus/loadtest CLI, in several CLI processes side by side,
 * their summaries added up. The CLI itself neither adds up nor fails; this does both.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type Command, runCommand, UsageError, type Values } from './args.ts';
import { Shard } from './colyseus-shard.ts';
import { addShards, allPlayed, formatShards, type ShardOutcome } from './colyseus-summary.ts';
import { watchInterrupts } from './interrupt.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

const OPTIONS = {
  room: { type: 'text', default: 'arena', help: 'name of the room to join' },
  numClients: { type: 'integer', default: 200, min: 1, max: 100_000, help: 'clients of all shards together' },
  shards: { type: 'integer', default: 2, min: 1, max: 256, help: 'processes of the CLI' },
  seconds: { type: 'number', default: 10, min: 0, max: 86_400, help: 'how long to play after all have joined' },
  delay: { type: 'integer', default: 0, min: 0, max: 60_000, help: 'milliseconds a shard waits after each join' },
  timeout: { type: 'integer', default: 60, min: 1, max: 86_400, help: 'seconds all joins may take' },
  endpoint: { type: 'text', help: 'a running server, ws://host:port; without it one is started and stopped' },
} as const;

const COMMAND: Command<typeof OPTIONS> = {
  usage: 'npm run loadtest:colyseus -- [options]',
  options: OPTIONS,
  async run(values) {
    if (values.shards > values.numClients) throw new UsageError('--shards must not be more than --numClients');
    const interrupts = watchInterrupts();
    const folder = await mkdtemp(path.join(os.tmpdir(), 'hypogeum-loadtest-'));
    let server: ServerProcess | undefined;
    let shards: Shard[] = [];
    try {
      if (values.endpoint === undefined) server = await interrupts.race(startServerProcess());
      const endpoint = (values.endpoint ?? server!.endpoint).replace(/^http/, 'ws');
      shards = startShards(values, endpoint, folder);
      return judge(await interrupts.race(play(values, shards)));
    } finally {
      for (const shard of shards) shard.kill();
      await server?.stop();
      await rm(folder, { recursive: true, force: true });
      interrupts.release();
    }
  },
};

function startShards({ room, numClients, shards, delay }: Values<typeof OPTIONS>, endpoint: string, folder: string) {
  return Array.from({ length: shards }, (_, index) => {
    const clients = Math.floor(numClients / shards) + (index < numClients % shards ? 1 : 0);
    return new Shard({ endpoint, room, clients, delay, output: path.join(folder, `shard-${index + 1}.txt`) });
  });
}

async function play({ seconds, timeout }: Values<typeof OPTIONS>, shards: readonly Shard[]): Promise<ShardOutcome[]> {
  await Promise.all(shards.map((shard) => shard.settled(timeout * 1000)));
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return Promise.all(shards.map((shard) => shard.finish()));
}

function judge(outcomes: readonly ShardOutcome[]): number {
  const totals = addShards(outcomes);
  const good = allPlayed(totals);
  console.log(formatShards(outcomes, totals));
  console.log(good ? '  every client joined and stayed' : '  FAILED');
  return good ? 0 : 1;
}

await runCommand(COMMAND, process.argv.slice(2));
