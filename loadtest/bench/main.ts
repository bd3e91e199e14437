/** `npm run bench -- NAME [options]`: the measurements beside the load tests, each a command of its own. */
import { runCommand } from '../args.ts';

/** Each is loaded when it is named: that of the page needs Playwright, which a machine that only serves does not have. */
const BENCHES: Readonly<Record<string, (argv: readonly string[]) => Promise<void>>> = {
  fanout: async (argv) => runCommand((await import('./fanout.ts')).fanoutBench, argv),
  matchmaking: async (argv) => runCommand((await import('./matchmaking.ts')).matchmakingBench, argv),
  page: async (argv) => runCommand((await import('./page.ts')).pageBench, argv),
  replication: async (argv) => runCommand((await import('./replication.ts')).replicationBench, argv),
  tick: async (argv) => runCommand((await import('./tick.ts')).tickBench, argv),
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
