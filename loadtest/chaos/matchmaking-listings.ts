/**
 * What Redis says about rooms, looked at fifty times a second: which are listed, and which live. A process listens to a
 * channel for each of its rooms, so Redis knows how many processes have a room, whatever the listing says.
 */
import type { Redis } from 'ioredis';
import { ROWS } from '../../src/redis/keys.ts';

/** One look. */
export interface Sight {
  readonly at: number;
  /** Listed rooms and their processes. */
  readonly listed: ReadonlyMap<string, string>;
  /** Room ids that more than one row bears. */
  readonly twice: readonly string[];
  /** Rooms that live, and on how many processes. */
  readonly living: ReadonlyMap<string, number>;
}

const LOOK_EVERY_MS = 20;
/** The name of a room's channel is this and its id. */
const ROOM = '$';

export class ListingWatch {
  sights: Sight[] = [];
  readonly #store: Redis;
  readonly #timer: NodeJS.Timeout;
  #looking = false;

  /** Begins at once. Nothing is seen while Redis is away. */
  constructor(store: Redis) {
    this.#store = store;
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS);
  }

  /** What was seen since it was asked last. */
  take(): readonly Sight[] {
    const { sights } = this;
    this.sights = [];
    return sights;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      this.sights.push(await look(this.#store));
    } catch {
      // Redis is away
    } finally {
      this.#looking = false;
    }
  }
}

export async function look(store: Redis): Promise<Sight> {
  const [rows, channels] = await Promise.all([store.hvals(ROWS), store.pubsub('CHANNELS', `${ROOM}*`)]);
  const at = performance.now();
  const names = channels as string[];
  const numbers = names.length === 0 ? [] : ((await store.pubsub('NUMSUB', ...names)) as (string | number)[]);
  const living = names.map((_, i): [string, number] => [String(numbers[2 * i]).slice(1), Number(numbers[2 * i + 1])]);
  return { at, ...readRows(rows), living: new Map(living.filter(([, processes]) => processes > 0)) };
}

/** From what the hash of listings holds. */
export function readRows(rows: readonly string[]): Pick<Sight, 'listed' | 'twice'> {
  const listed = new Map<string, string>();
  const twice: string[] = [];
  for (const row of rows) {
    const { roomId, processId } = JSON.parse(row) as { roomId: string; processId: string };
    if (listed.has(roomId)) twice.push(roomId);
    listed.set(roomId, processId);
  }
  return { listed, twice };
}

/**
 * The longest time, from `from` on, that a room lived and was not listed. A room that ended meanwhile counts until then.
 * @param also rooms that live whatever Redis says.
 */
export function longestUnlisted(sights: readonly Sight[], from: number, also: readonly string[] = []): number {
  return longestRun(sights, from, (sight) => unlisted(sight, also));
}

export function unlisted({ living, listed }: Sight = NOTHING, also: readonly string[] = []): string[] {
  return [...new Set([...living.keys(), ...also])].filter((room) => !listed.has(room));
}

const NOTHING: Sight = { at: 0, listed: new Map(), twice: [], living: new Map() };

/** The longest time, from `from` on, that two processes had the same room. */
export function longestOnTwo(sights: readonly Sight[], from: number): number {
  return longestRun(sights, from, ({ living }) => [...living].filter(([, times]) => times > 1).map(([room]) => room));
}

/** Something that is seen once, and not at the next look, lasted until that. Infinite when nobody looked. */
function longestRun(sights: readonly Sight[], from: number, of: (sight: Sight) => readonly string[]): number {
  const seen = sights.filter(({ at }) => at >= from);
  let longest = seen.length === 0 ? Number.POSITIVE_INFINITY : 0;
  let since = new Map<string, number>();
  seen.forEach((sight, i) => {
    const running = of(sight).map((room): [string, number] => [room, since.get(room) ?? (i === 0 ? from : sight.at)]);
    for (const start of [...since.values(), ...running.map(([, start]) => start)])
      longest = Math.max(longest, sight.at - start);
    since = new Map(running);
  });
  return longest;
}
