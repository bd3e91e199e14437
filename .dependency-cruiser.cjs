/**
 * The arrows of the code, as the README's map tells them: an import may only go along one.
 * `npm run check` fails on any other.
 */
const FEATURES = '(tick|isolation|replication|delivery|matchmaking|resilience|gateway|security|events|observability)';
/** The files of a room that know numbers and rules only; `room.ts` and `state.ts` are the ones that know Colyseus. */
const PURE =
  '(simulation|rules|map|geometry|movement|world|damage|weapons|pickups|rounds|spawning|navigation|ai|ai-[a-z]+|crew|input-budget)';
const TECHNOLOGY =
  'node_modules/(@colyseus|colyseus|ioredis|ws|httpxy|express|esbuild|rate-limiter-flexible|pino|jose|prom-client)/';

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-dev-dependency-at-run-time',
      severity: 'error',
      from: { path: '^(src|rooms|clients)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'undeclared-dependency',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    { name: 'nothing-imports-tests', severity: 'error', from: { pathNot: '^test/' }, to: { path: '^test/' } },
    { name: 'kernel-is-a-leaf', severity: 'error', from: { path: '^src/kernel/' }, to: { pathNot: '^src/kernel/' } },
    {
      name: 'config-imports-kernel-only',
      severity: 'error',
      from: { path: '^src/config/' },
      to: { path: '^(src|rooms|clients|loadtest)/', pathNot: '^src/(config|kernel)/' },
    },
    {
      name: 'features-do-not-meet',
      severity: 'error',
      from: { path: `^src/${FEATURES}/`, pathNot: '/redis-[^/]+\\.ts$' },
      to: { path: '^src/', pathNot: ['^src/$1/', '^src/kernel/'] },
    },
    {
      name: 'features-do-not-meet-in-redis',
      severity: 'error',
      from: { path: `^src/${FEATURES}/redis-[^/]+\\.ts$` },
      to: { path: '^src/', pathNot: ['^src/$1/', '^src/kernel/', '^src/redis/'] },
    },
    {
      name: 'technology-in-adapters-only',
      severity: 'error',
      from: { path: `^src/${FEATURES}/`, pathNot: '/(colyseus|redis|ws|httpxy|pino|jose|prometheus)-[^/]+\\.ts$' },
      to: { path: TECHNOLOGY },
    },
    {
      name: 'roomkit-below-rooms',
      severity: 'error',
      from: { path: '^src/roomkit/' },
      to: { path: `^(src|rooms|clients|loadtest)/`, pathNot: [`^src/${FEATURES}/`, '^src/(roomkit|kernel)/'] },
    },
    {
      name: 'src-does-not-know-rooms',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(main|server)\\.ts$' },
      to: { path: '^rooms/' },
    },
    {
      name: 'rooms-use-roomkit',
      severity: 'error',
      from: { path: '^rooms/' },
      to: { path: '^src/', pathNot: '^src/(roomkit|kernel)/' },
    },
    {
      name: 'room-to-room',
      severity: 'error',
      from: { path: '^rooms/([^/]+)/' },
      to: { path: '^rooms/', pathNot: '^rooms/$1/' },
    },
    {
      name: 'simulation-is-pure',
      severity: 'error',
      from: { path: `^rooms/[^/]+/${PURE}\\.ts$` },
      to: { pathNot: ['^src/kernel/', `^rooms/[^/]+/${PURE}\\.ts$`] },
    },
    {
      name: 'clients-share-state-and-simulation',
      severity: 'error',
      from: { path: '^(clients|loadtest/bots)/' },
      to: { path: '^(src|rooms)/', pathNot: ['^src/kernel/', '^rooms/[^/]+/(state|simulation|rules|map)\\.ts$'] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'module-sync', 'node', 'default', 'types'],
    },
  },
};
