/**
 * All players of a load test, a bench or a test come from one address, faster than people do, and some only look on: the
 * settings of a server that lets them in, and stay. Whoever wants a limit sets it besides.
 */
export const OPEN_DOORS: Readonly<Record<string, string>> = {
  HYPOGEUM_MAX_SOCKETS: '1000000',
  HYPOGEUM_MAX_SOCKETS_PER_ADDRESS: '1000000',
  HYPOGEUM_SOCKET_RATE: '10000000',
  HYPOGEUM_MAX_CONNECTIONS: '1000000',
  HYPOGEUM_MAX_CONNECTIONS_PER_ADDRESS: '1000000',
  HYPOGEUM_CONNECTION_RATE: '10000000',
  HYPOGEUM_REQUEST_RATE: '10000000',
  HYPOGEUM_MATCH_RATE: '10000000',
  HYPOGEUM_MAX_HELD_SEATS: '1000000',
  HYPOGEUM_HELD_SEATS_PERCENT: '100',
  HYPOGEUM_ROOM_RATE: '10000000',
  HYPOGEUM_MAX_ROOMS: '1000000',
  /** Those who only look on are to stay. */
  HYPOGEUM_IDLE_TIMEOUT_SECONDS: '0',
};
