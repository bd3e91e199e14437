/**
 * What the @colyseus/loadtest CLI runs: `main` once for each client, with the CLI's own options. Started by
 * `colyseus-cli.ts`, which hears over IPC how many clients have joined or failed; by hand it works as the CLI's
 * manual says: `node loadtest/colyseus-script.ts --room arena --numClients 10 --endpoint ws://localhost:2567`.
 * A connection that is lost later is reported with console.error, which the CLI counts as an error.
 */
import { cli, type Options } from '@colyseus/loadtest';
import { Client } from '@colyseus/sdk';
import { TICK_RATE } from '../rooms/arena/rules.ts';
import { joinArena } from './bots/arena.ts';

export async function main(options: Options): Promise<void> {
  try {
    const identity = { name: `Bot ${options.clientId + 1}`, seed: options.clientId };
    const bot = await joinArena(new Client(options.endpoint), options.roomName, identity);
    const timer = setInterval(() => bot.play(performance.now()), 1000 / TICK_RATE);
    bot.room.onLeave((code) => {
      clearInterval(timer);
      console.error(`connection lost: ${code}`);
    });
  } finally {
    process.send?.('settled');
  }
}

cli(main);
