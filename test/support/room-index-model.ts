/**
 * What the room index must do, said as plainly as it can be: lists that are filtered and sorted, one claim after the other.
 * Dead processes' rooms are only never offered here; when they are swept is not its matter.
 */
import type { IndexTimes, Listing, SeatsWanted, SortOptions } from '../../src/matchmaking/room-index.ts';

interface Timed {
  readonly until: number;
}

/** A room that is being created. */
export interface Creation {
  readonly request: string;
  until: number;
}

export class RoomIndexModel {
  readonly #times: IndexTimes;
  readonly #sorts: Readonly<Record<string, SortOptions>>;
  now = 0;
  readonly rooms = new Map<string, Listing>();
  readonly claims = new Map<string, Timed & { readonly roomId: string }>();
  readonly #leases = new Map<string, number>();
  readonly #waiting = new Map<string, Timed & { readonly request: string }>();
  #creating: Creation[] = [];
  readonly #sizes = new Map<string, number>();

  constructor(times: IndexTimes, sorts: Readonly<Record<string, SortOptions>>) {
    this.#times = times;
    this.#sorts = sorts;
  }

  isAlive(processId: string): boolean {
    return (this.#leases.get(processId) ?? 0) > this.now;
  }

  renew(processId: string): { held: boolean; processes: string[] } {
    const held = this.isAlive(processId);
    this.#leases.set(processId, this.now + this.#times.leaseMs);
    return { held, processes: [...this.#leases.keys()].filter((id) => this.isAlive(id)).sort() };
  }

  list(listing: Listing): boolean {
    const is = this.rooms.get(listing.roomId);
    const same = is?.processId === listing.processId && is?.epoch === listing.epoch;
    if (is !== undefined && !same && listing.epoch! <= is.epoch!) return false;
    this.rooms.set(listing.roomId, listing);
    return true;
  }

  update(listing: Listing, taken: readonly string[]): 'ok' | 'unlisted' | 'stale' {
    const is = this.rooms.get(listing.roomId);
    if (is === undefined) return 'unlisted';
    if (is.processId !== listing.processId || listing.epoch! < is.epoch!) return 'stale';
    this.rooms.set(listing.roomId, listing);
    this.release(listing.roomId, taken);
    return 'ok';
  }

  unlist(roomId: string, processId: string, epoch: number): boolean {
    const is = this.rooms.get(roomId);
    if (is === undefined || is.processId !== processId || epoch < is.epoch!) return false;
    return this.rooms.delete(roomId);
  }

  release(roomId: string, claims: readonly string[]): void {
    for (const claim of claims) if (this.claims.get(claim)?.roomId === roomId) this.claims.delete(claim);
  }

  claim(wanted: SeatsWanted): { granted: string[][]; create: Creation[] } {
    this.#expire();
    const granted: string[][] = [];
    const request = requestOf(wanted);
    for (const claim of wanted.claims) {
      const has = this.claims.get(claim)?.roomId;
      const keeps = has !== undefined && this.#isOffered(has, wanted);
      if (has !== undefined && !keeps) this.claims.delete(claim);
      const roomId = keeps ? has : this.best(wanted)?.roomId;
      if (roomId === undefined) continue;
      if (!keeps) this.claims.set(claim, { roomId, until: this.now + this.#times.claimMs });
      granted.push([claim, roomId]);
    }
    const served = new Set(granted.map(([claim]) => claim!));
    for (const claim of served) if (this.#waiting.get(claim)?.request === request) this.#waiting.delete(claim);
    const missing = wanted.claims.filter((claim) => !served.has(claim));
    return { granted, create: missing.length === 0 || wanted.listedOnly ? [] : this.#create(request, missing) };
  }

  best(wanted: Omit<SeatsWanted, 'claims'>): Listing | undefined {
    this.#expire();
    const first = this.rooms.get(wanted.first ?? '');
    if (first !== undefined && this.#isFree(first) && this.#isOffered(first.roomId, wanted)) return first;
    const sort = wanted.sort ?? this.#sorts[wanted.name]!;
    return [...this.rooms.values()]
      .filter((room) => !room.locked && !room.private && this.#isFree(room) && this.#isOffered(room.roomId, wanted))
      .filter((room) => Object.entries(wanted.filter).every(([field, value]) => this.#field(room, field) === value))
      .sort((a, b) => this.#compare(a, b, sort))[0];
  }

  goOnCreating(creation: Creation): void {
    if (creation.until > this.now) creation.until = this.now + this.#times.creationMs;
  }

  ended(creation: Creation, size: number | undefined): void {
    this.#creating = this.#creating.filter((one) => one !== creation);
    if (size !== undefined) this.#sizes.set(creation.request, size);
  }

  #create(request: string, missing: readonly string[]): Creation[] {
    for (const claim of missing) this.#waiting.set(claim, { request, until: this.now + this.#times.waitingMs });
    const waiting = [...this.#waiting.values()].filter((one) => one.request === request).length;
    const creating = this.#creating.filter((one) => one.request === request).length;
    const size = this.#sizes.get(request);
    const needed = size === undefined ? 1 : Math.max(1, Math.ceil(waiting / size));
    const until = this.now + this.#times.creationMs;
    const create = Array.from({ length: Math.max(0, needed - creating) }, () => ({ request, until }));
    this.#creating.push(...create);
    return create;
  }

  #isOffered(roomId: string, { name, avoid }: Omit<SeatsWanted, 'claims'>): boolean {
    const room = this.rooms.get(roomId);
    return room?.name === name && this.isAlive(room.processId) && !avoid?.includes(room.processId);
  }

  #isFree(room: Listing): boolean {
    return this.#taken(room) < room.maxClients;
  }

  #taken(room: Listing): number {
    return room.clients + [...this.claims.values()].filter(({ roomId }) => roomId === room.roomId).length;
  }

  #field(room: Listing, field: string): unknown {
    if (field === 'clients') return this.#taken(room);
    return field === 'maxClients' ? room.maxClients : (room.metadata as Readonly<Record<string, unknown>>)[field];
  }

  #compare(a: Listing, b: Listing, sort: SortOptions): number {
    const fields = Object.entries(Object.keys(sort).length === 0 ? { clients: -1 as const } : sort);
    for (const [field, direction] of fields) {
      const [x, y] = [this.#field(a, field) as number, this.#field(b, field) as number];
      if (x !== y) return (x < y ? -1 : 1) * (direction === 1 ? 1 : -1);
    }
    return Number(a.createdAt) - Number(b.createdAt);
  }

  #expire(): void {
    for (const [claim, { until }] of this.claims) if (until <= this.now) this.claims.delete(claim);
    for (const [claim, { until }] of this.#waiting) if (until <= this.now) this.#waiting.delete(claim);
    this.#creating = this.#creating.filter(({ until }) => until > this.now);
  }
}

function requestOf({ name, filter }: Pick<SeatsWanted, 'name' | 'filter'>): string {
  return JSON.stringify([name, ...Object.entries(filter).sort(([a], [b]) => (a < b ? -1 : 1))]);
}
