/** `npm run chaos -- NAME [options]`: what goes wrong on real networks, done to a real server, and what its players notice. */
import { runCommand } from '../args.ts';
import { abuseChaos } from './abuse.ts';
import { matchmakingChaos } from './matchmaking.ts';
import { slowChaos } from './slow.ts';

const CHAOS: Readonly<Record<string, (argv: readonly string[]) => Promise<void>>> = {
  abuse: (argv) => runCommand(abuseChaos, argv),
  matchmaking: (argv) => runCommand(matchmakingChaos, argv),
  slow: (argv) => runCommand(slowChaos, argv),
};

const [name, ...argv] = process.argv.slice(2);
const chaos = name !== undefined && Object.hasOwn(CHAOS, name) ? CHAOS[name] : undefined;
if (chaos === undefined) {
  const known = Object.keys(CHAOS).join(', ');
  console.error(`${name === undefined ? 'no chaos was named' : `there is no chaos "${name}"`}; there are: ${known}`);
  process.exitCode = 2;
} else {
  await chaos(argv);
}
