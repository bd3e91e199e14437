/** `npm run fuzz -- NAME [options]`: random operations until something breaks, each a command of its own. */
import { runCommand } from '../args.ts';
import { replicationFuzz } from './replication.ts';
import { wireFuzz } from './wire.ts';

const FUZZES: Readonly<Record<string, (argv: readonly string[]) => Promise<void>>> = {
  replication: (argv) => runCommand(replicationFuzz, argv),
  wire: (argv) => runCommand(wireFuzz, argv),
};

const [name, ...argv] = process.argv.slice(2);
const fuzz = name !== undefined && Object.hasOwn(FUZZES, name) ? FUZZES[name] : undefined;
if (fuzz === undefined) {
  const known = Object.keys(FUZZES).join(', ');
  console.error(`${name === undefined ? 'no fuzz was named' : `there is no fuzz "${name}"`}; there are: ${known}`);
  process.exitCode = 2;
} else {
  await fuzz(argv);
}
