/** The server as it is run otherwise, and the room of it that the parts of `chaos -- matchmaking` are played in. */
export const ARENA = {
  room: 'arena',
  program: ['src/main.ts'],
  /** Two AI players keep a room's state changing without costing much; rounds end, so listings change meanwhile. */
  env: { HYPOGEUM_ARENA_FILL: '2', HYPOGEUM_ARENA_ROUND_SECONDS: '20', HYPOGEUM_ARENA_RESULT_SECONDS: '1' },
} as const;
