/**
 * The programs of the machine that the project runs beside Node: a Redis, a Chromium, an nginx, curl. Finds them and installs
 * what is missing through the system's package manager when this user may; otherwise ends with code 1 and the exact
 * command to give. Run as `node deploy/system-packages.ts redis-server chromium nginx curl`; says nothing when all is there.
 * It starts none of them, and leaves none running as a service of the system.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export type PackageManager = 'apt-get' | 'dnf' | 'brew';
export type ProgramName = 'redis-server' | 'chromium' | 'nginx' | 'curl';

interface Program {
  /** Names it goes by on a PATH, the most usual first. */
  readonly binaries: readonly string[];
  /** Where it may be beside the PATH. */
  readonly paths?: readonly string[];
  /** What each package manager calls it. */
  readonly packages: Readonly<Record<PackageManager, readonly string[]>>;
  /** The service its package would leave behind on a machine with systemd. */
  readonly service?: string;
}

const PROGRAMS: Readonly<Record<ProgramName, Program>> = {
  'redis-server': {
    binaries: ['redis-server'],
    packages: { 'apt-get': ['redis-server'], dnf: ['redis'], brew: ['redis'] },
    service: 'redis-server',
  },
  chromium: {
    binaries: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    paths: [
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    ],
    packages: { 'apt-get': ['chromium'], dnf: ['chromium'], brew: ['--cask', 'chromium'] },
  },
  nginx: {
    binaries: ['nginx'],
    packages: { 'apt-get': ['nginx'], dnf: ['nginx'], brew: ['nginx'] },
    service: 'nginx',
  },
  curl: {
    binaries: ['curl'],
    packages: { 'apt-get': ['curl'], dnf: ['curl'], brew: ['curl'] },
  },
};

/** Programs for administrators live here, which a user's PATH often leaves out. */
const USUAL_DIRECTORIES = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
  '/opt/homebrew/bin',
];

export function isProgramName(name: string): name is ProgramName {
  return Object.hasOwn(PROGRAMS, name);
}

/**
 * The path of a program, or undefined.
 * @param searchPath the directories of a PATH, in its order; the usual ones come after it.
 * @param isExecutable tells whether a path is a program this user may run.
 */
export function findProgram(
  name: ProgramName,
  searchPath: readonly string[],
  isExecutable: (path: string) => boolean,
): string | undefined {
  const { binaries, paths = [] } = PROGRAMS[name];
  const directories = [...searchPath, ...USUAL_DIRECTORIES].filter((directory) => directory !== '');
  const candidates = binaries.flatMap((binary) => directories.map((directory) => join(directory, binary)));
  return [...candidates, ...paths].find(isExecutable);
}

/** The path of a program on this machine, or undefined. */
export function locate(name: ProgramName): string | undefined {
  return findProgram(name, (process.env.PATH ?? '').split(delimiter), isExecutableFile);
}

/**
 * The shell command that installs programs; what is run and what a person is told to give are the same text.
 * @param sudo puts `sudo` in front of what needs the rights of root (brew refuses root and never gets it).
 */
export function installCommand(names: readonly ProgramName[], manager: PackageManager, sudo: boolean): string {
  const prefix = sudo ? 'sudo ' : '';
  const casks = names.filter((name) => PROGRAMS[name].packages[manager][0] === '--cask');
  const plain = names.filter((name) => !casks.includes(name));
  const packages = (some: readonly ProgramName[]) => some.flatMap((name) => PROGRAMS[name].packages[manager]).join(' ');
  switch (manager) {
    case 'apt-get': {
      const install = `${prefix}env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends`;
      return `${prefix}apt-get update && ${install} ${packages(names)}`;
    }
    case 'dnf':
      return `${prefix}dnf install -y ${packages(names)}`;
    case 'brew':
      return [plain, ...casks.map((cask) => [cask])]
        .filter((some) => some.length > 0)
        .map((some) => `brew install ${packages(some)}`)
        .join(' && ');
  }
}

/**
 * Debian starts a service as it is installed and at every boot from then on. This wraps an installation so that none is
 * started (the policy file that Debian asks before starting anything) nor enabled. It needs the rights of root.
 */
export function withoutServices(command: string, names: readonly ProgramName[]): string {
  const services = names.flatMap((name) => PROGRAMS[name].service ?? []).join(' ');
  const policy = '/usr/sbin/policy-rc.d';
  return [
    `if [ ! -e ${policy} ]; then`,
    `  trap 'rm -f ${policy}' EXIT; trap 'exit 1' INT TERM`,
    `  printf '#!/bin/sh\\nexit 101\\n' > ${policy} && chmod 755 ${policy} || exit 1`,
    'fi',
    `{ ${command}; } || exit 1`,
    services && `if [ -d /run/systemd/system ]; then systemctl disable --now ${services}; fi`,
    'exit 0',
  ]
    .filter(Boolean)
    .join('\n');
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function findOnPath(binary: string): boolean {
  const directories = [...(process.env.PATH ?? '').split(delimiter), ...USUAL_DIRECTORIES];
  return directories.some((directory) => isExecutableFile(join(directory, binary)));
}

function thisManager(): PackageManager | undefined {
  const managers: PackageManager[] = process.platform === 'darwin' ? ['brew'] : ['apt-get', 'dnf'];
  return managers.find(findOnPath);
}

/** How this user may act as root: already is, by a sudo that asks for no password, or not at all. */
function rootBy(): 'self' | 'sudo' | 'no' {
  if (process.getuid?.() === 0) return 'self';
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? 'sudo' : 'no';
}

/** Runs the installation with its output shown; true when it ended well. */
function install(names: readonly ProgramName[], manager: PackageManager, by: 'self' | 'sudo'): boolean {
  const command = installCommand(names, manager, false);
  const script = manager === 'apt-get' ? withoutServices(command, names) : command;
  const asRoot = by === 'sudo' && manager !== 'brew' ? ['sudo', '-n'] : [];
  const [program = 'sh', ...args] = [...asRoot, 'sh', '-c', script];
  return spawnSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
}

/** What to do about programs that are missing: undefined when they are there now, else what a person has to be told. */
export function provide(names: readonly ProgramName[]): string | undefined {
  const missing = names.filter((name) => locate(name) === undefined);
  if (missing.length === 0) return undefined;
  const manager = thisManager();
  if (manager === undefined) return `Missing: ${missing.join(', ')}. Install them with this system's package manager.`;

  const by = manager === 'brew' ? 'self' : rootBy();
  if (by !== 'no') {
    console.log(`Installing with ${manager}: ${missing.join(', ')}`);
    install(missing, manager, by);
  }
  const still = missing.filter((name) => locate(name) === undefined);
  if (still.length === 0) return undefined;
  const command = installCommand(still, manager, by !== 'self');
  return `Missing: ${still.join(', ')}. Give this command, then try again:\n  ${command}`;
}

function main(args: readonly string[]): number {
  const names = args.filter(isProgramName);
  if (names.length === 0 || names.length < args.length) {
    console.error(`Usage: node deploy/system-packages.ts NAME...   NAME: ${Object.keys(PROGRAMS).join(', ')}`);
    return 1;
  }
  const problem = provide(names);
  if (problem !== undefined) console.error(problem);
  return problem === undefined ? 0 : 1;
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2));
