/**
 * Every key that is ours in Redis. All have the tag `{roomcaches}`, so that in a Redis Cluster they are where Colyseus's
 * own hash of listings is, which a script changes together with them. The scripts get these names from here (scripts.ts).
 */

/** Colyseus's own: a hash from room id to its listing as JSON. */
export const ROWS = 'roomcaches';

const OURS = `{${ROWS}}:`;

export const KEYS = {
  rows: ROWS,
  /** Followed by a room id: a hash, what the index has to know of a room. Its fields are in shared.lua. */
  room: `${OURS}room:`,
  /** Followed by the name of a set (name-plan.ts): open rooms by rank, all with score 0. */
  open: `${OURS}open:`,
  /** Followed by a room name, or a process id: a set of room ids. */
  named: `${OURS}named:`,
  owned: `${OURS}owned:`,

  /** Claims by the time at which they end; from claim to room id; from room id to how many it has. */
  claims: `${OURS}claims`,
  claimed: `${OURS}claimed`,
  seats: `${OURS}seats`,

  /** Followed by the name of a request: tickets, and claims that wait, by the time until which they count; a room's size. */
  creating: `${OURS}creating:`,
  waiting: `${OURS}waiting:`,
  size: `${OURS}size:`,
  /** How many tickets there were. */
  tickets: `${OURS}tickets`,

  /** Process ids by the time at which their leases end; from process id to its report as JSON. */
  leases: `${OURS}leases`,
  processes: `${OURS}processes`,
  /** When anybody renewed a lease last; until when nothing is swept. */
  renewed: `${OURS}renewed`,
  grace: `${OURS}grace`,

  /** Followed by the name of a rate, `:` and an address: how often it did that in a window. */
  rates: `${OURS}rates:`,

  /** Followed by a name: what the processes agreed on. */
  agreed: `${OURS}agreed:`,

  /** Who is banned, as JSON by kind and subject; how often that changed. The first is also the topic that tells of it. */
  bans: `${OURS}bans`,
  banChanges: `${OURS}ban-changes`,
} as const;

/** What all of ours begin with. */
export const OUR_KEYS = OURS;
