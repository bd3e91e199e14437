/** `npm run bench -- NAME [options]`: the measurements beside the load tests, each a command of its own. */
import { runCommand } from '../args.ts';
import { pageBench } from './page.ts';
import { tickBench } from './tick.ts';

const BENCHES: Readonly<Record<string, (argv: readonly string[]) => Promise<void>>> = {
  page: (argv) => runCommand(pageBench, argv),
  tick: (argv) => runCommand(tickBench, argv),
};

const [name, ...argv] = process.argv.slice(2);
const bench = name !== undefined && Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
if (bench === undefined) {
  const known = Object.keys(BENCHES).join(', ');
  console.error(`${name === undefined ? 'no bench was named' : `there is no bench "${name}"`}; there are: ${known}`);
  process.exitCode = 2;
} else {
  await bench(argv);
}
