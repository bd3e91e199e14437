/**
 * The room index and the registry of processes in memory, for a server that is one process, and as the plain version of
 * the Redis scripts: both pass one contract suite. Every method does its work before it returns, so each is atomic.
 */
import type { Clock, Meter } from '../kernel/ports.ts';
import { MemoryClaims } from './memory-claims.ts';
import { MemoryCreations } from './memory-creations.ts';
import { MemoryLeases } from './memory-leases.ts';
import { lookupOf, meets, NO_PLAN, type Rank, rankAt, rankOf, requestName, setsOf, sortOf } from './name-plan.ts';
import { OrderedTexts } from './ordered-texts.ts';
import type { ProcessRegistry, ProcessReport, Renewal } from './process-registry.ts';
import {
  INDEX_TIMES,
  type IndexTimes,
  type Listing,
  type NamePlan,
  type RoomIndex,
  type RoomListings,
  type RoomRequest,
  type SeatsGranted,
  type SeatsWanted,
} from './room-index.ts';

export interface MemoryIndexDeps {
  readonly clock: Clock;
  readonly meter: Meter;
}

interface Room {
  listing: Listing;
  sets: readonly string[];
  rank: Rank;
  /** Its text in the sets of open rooms; undefined while it is in none. */
  entry: string | undefined;
}

export class MemoryRoomIndex implements RoomIndex, RoomListings, ProcessRegistry {
  readonly #deps: MemoryIndexDeps;
  readonly #times: IndexTimes;
  readonly #plans = new Map<string, NamePlan>();
  readonly #rooms = new Map<string, Room>();
  readonly #open = new Map<string, OrderedTexts>();
  readonly #leases: MemoryLeases;
  #claims: MemoryClaims;
  #creations: MemoryCreations;

  constructor(deps: MemoryIndexDeps, times: Partial<IndexTimes> = {}) {
    this.#deps = deps;
    this.#times = { ...INDEX_TIMES, ...times };
    this.#leases = new MemoryLeases(this.#times.leaseMs);
    this.#claims = new MemoryClaims(this.#times.claimMs);
    this.#creations = new MemoryCreations(this.#times);
  }

  plan(name: string, plan: NamePlan): void {
    this.#plans.set(name, plan);
  }

  async list(listing: Listing): Promise<boolean> {
    const listed = this.#rooms.get(listing.roomId);
    if (listed !== undefined && !mayReplace(listed.listing, listing)) return false;
    this.#write(listing);
    return true;
  }

  async update(listing: Listing, taken: readonly string[] = []): Promise<'ok' | 'unlisted' | 'stale'> {
    const room = this.#rooms.get(listing.roomId);
    if (room === undefined) return 'unlisted';
    if (!owns(listing, room)) return 'stale';
    for (const claim of taken) this.#claims.end(claim, listing.roomId);
    this.#write(listing);
    return 'ok';
  }

  async unlist(roomId: string, owner: { readonly processId: string; readonly epoch: number }): Promise<boolean> {
    const room = this.#rooms.get(roomId);
    if (room === undefined || !owns(owner, room)) return false;
    this.#drop(room);
    return true;
  }

  async claim(wanted: SeatsWanted): Promise<SeatsGranted> {
    const now = this.#now();
    this.#expireClaims(now);
    const granted = new Map<string, Room>();
    for (const claim of wanted.claims) {
      const room = this.#held(claim, wanted, now) ?? this.#best(wanted, now);
      if (room === undefined) continue;
      granted.set(claim, room);
      if (this.#claims.roomOf(claim) === undefined) this.#claims.take(claim, room.listing.roomId, now);
      this.#place(room);
    }
    return {
      granted: [...granted].map(([claim, room]) => ({ claim, listing: { ...room.listing } })),
      create: this.#settle(wanted, granted, now),
    };
  }

  async release(roomId: string, claims: readonly string[]): Promise<void> {
    for (const claim of claims) this.#claims.end(claim, roomId);
    this.#placeAgain(roomId);
  }

  async stillCreating(ticket: string): Promise<void> {
    this.#creations.goOn(ticket, this.#now());
  }

  async created(ticket: string, maxClients: number): Promise<void> {
    this.#creations.end(ticket, maxClients, this.#now());
  }

  async notCreated(ticket: string): Promise<void> {
    this.#creations.end(ticket, undefined, this.#now());
  }

  async find(request: RoomRequest): Promise<Listing | undefined> {
    const now = this.#now();
    this.#expireClaims(now);
    const room = this.#best(request, now);
    return room && { ...room.listing };
  }

  async get(roomIds: readonly string[]): Promise<Map<string, Listing>> {
    const rooms = roomIds.flatMap((roomId) => this.#rooms.get(roomId) ?? []);
    return new Map(rooms.map(({ listing }) => [listing.roomId, { ...listing }]));
  }

  async all(name?: string): Promise<Listing[]> {
    this.#countScan(name);
    const rooms = [...this.#rooms.values()];
    return rooms
      .filter(({ listing }) => name === undefined || listing.name === name)
      .map(({ listing }) => ({ ...listing }));
  }

  async owned(processId: string): Promise<string[]> {
    const rooms = [...this.#rooms.values()].filter(({ listing }) => listing.processId === processId);
    return rooms.map(({ listing }) => listing.roomId);
  }

  async clear(): Promise<void> {
    this.#rooms.clear();
    this.#open.clear();
    this.#leases.clear();
    this.#claims = new MemoryClaims(this.#times.claimMs);
    this.#creations = new MemoryCreations(this.#times);
  }

  async renew(report: ProcessReport): Promise<Renewal> {
    const now = this.#now();
    const held = this.#leases.renew(report, now);
    if (this.#leases.maySweep(now)) this.#sweep(now);
    return { held, processes: this.#leases.alive(now) };
  }

  async leave(processId: string): Promise<void> {
    this.#leases.end(processId);
    for (const room of this.#rooms.values()) if (room.listing.processId === processId) this.#drop(room);
  }

  /** A seat that the claim has already. It is given up when its room is not wanted any more. */
  #held(claim: string, wanted: SeatsWanted, now: number): Room | undefined {
    const roomId = this.#claims.roomOf(claim);
    if (roomId === undefined) return undefined;
    const room = this.#rooms.get(roomId);
    if (room !== undefined && room.listing.name === wanted.name && this.#isOffered(room, wanted, now)) return room;
    this.#claims.end(claim, roomId);
    this.#placeAgain(roomId);
    return undefined;
  }

  #best(wanted: RoomRequest & Partial<SeatsWanted>, now: number): Room | undefined {
    const first = this.#rooms.get(wanted.first ?? '');
    if (first?.listing.name === wanted.name && this.#hasSeat(first) && this.#isOffered(first, wanted, now))
      return first;
    const plan = this.#plans.get(wanted.name) ?? NO_PLAN;
    const lookup = lookupOf(plan, wanted);
    switch (lookup.kind) {
      case 'never':
        return undefined;
      case 'set':
        return this.#firstOf(lookup.set, wanted, now);
      case 'scan':
        return this.#scan(wanted, plan, now);
    }
  }

  #firstOf(set: string, wanted: Partial<SeatsWanted>, now: number): Room | undefined {
    const open = this.#open.get(set);
    for (let entry = open?.first(); entry !== undefined; entry = open!.first(entry)) {
      const room = this.#rooms.get(roomIdOf(entry))!;
      if (this.#isOffered(room, wanted, now)) return room;
    }
    return undefined;
  }

  #scan(wanted: RoomRequest & Partial<SeatsWanted>, plan: NamePlan, now: number): Room | undefined {
    this.#countScan(wanted.name);
    const sort = sortOf(plan, wanted);
    const entry = (room: Room): string => rankAt(rankOf(sort, room.listing), this.#taken(room));
    return [...this.#rooms.values()]
      .filter((room) => room.listing.name === wanted.name && isOpen(room.listing) && this.#hasSeat(room))
      .filter((room) => meets({ ...room.listing, clients: this.#taken(room) }, wanted.filter))
      .filter((room) => this.#isOffered(room, wanted, now))
      .reduce<Room | undefined>((best, room) => (best && entry(best) < entry(room) ? best : room), undefined);
  }

  /** Whether its owner is alive and wanted. A dead owner's room is swept, or, where that is too early, put aside. */
  #isOffered(room: Room, { avoid }: Partial<SeatsWanted>, now: number): boolean {
    const { processId } = room.listing;
    if (this.#leases.holds(processId, now)) return !(avoid?.includes(processId) ?? false);
    if (this.#leases.maySweep(now)) this.#drop(room);
    else this.#move(room, undefined);
    return false;
  }

  #settle(wanted: SeatsWanted, granted: ReadonlyMap<string, Room>, now: number): string[] {
    const request = requestName(wanted);
    this.#creations.seated(request, [...granted.keys()]);
    const waiting = wanted.claims.filter((claim) => !granted.has(claim));
    return waiting.length === 0 || wanted.listedOnly ? [] : this.#creations.wait(request, waiting, now);
  }

  #write(listing: Listing): void {
    const listed = this.#rooms.get(listing.roomId);
    if (listed !== undefined) this.#move(listed, undefined);
    const plan = this.#plans.get(listing.name) ?? NO_PLAN;
    const [sets, rank] = [setsOf(plan, listing), rankOf(plan.sortBy, listing)];
    const room: Room = { listing: { ...listing }, sets, rank, entry: undefined };
    this.#rooms.set(listing.roomId, room);
    this.#place(room);
  }

  /** Puts a room where it belongs: at its rank in its sets while it is open and has a seat, else nowhere. */
  #place(room: Room): void {
    const open = isOpen(room.listing) && this.#hasSeat(room);
    this.#move(room, open ? rankAt(room.rank, this.#taken(room)) : undefined);
  }

  #placeAgain(roomId: string): void {
    const room = this.#rooms.get(roomId);
    if (room !== undefined) this.#place(room);
  }

  #move(room: Room, entry: string | undefined): void {
    for (const name of room.sets) {
      const set = this.#open.get(name) ?? new OrderedTexts();
      if (room.entry !== undefined) set.delete(room.entry);
      if (entry !== undefined) set.add(entry);
      if (set.isEmpty) this.#open.delete(name);
      else this.#open.set(name, set);
    }
    room.entry = entry;
  }

  #drop(room: Room): void {
    this.#move(room, undefined);
    this.#rooms.delete(room.listing.roomId);
  }

  #sweep(now: number): void {
    for (const room of this.#rooms.values()) if (!this.#leases.holds(room.listing.processId, now)) this.#drop(room);
    this.#leases.forget(now);
  }

  #expireClaims(now: number): void {
    for (const roomId of this.#claims.expire(now)) this.#placeAgain(roomId);
  }

  #taken({ listing }: Room): number {
    return listing.clients + this.#claims.seats(listing.roomId);
  }

  #hasSeat(room: Room): boolean {
    return this.#taken(room) < room.listing.maxClients;
  }

  #countScan(name: string | undefined): void {
    this.#deps.meter.count('hypogeum_match_scans_total', 1, { room: name ?? '*' });
  }

  #now(): number {
    return this.#deps.clock.now();
  }
}

function isOpen({ locked, private: hidden }: Listing): boolean {
  return !locked && !hidden;
}

/** Under a higher epoch anybody may take a room over; under the same its owner may list it again. */
function mayReplace(listed: Listing, listing: Listing): boolean {
  const [is, comes] = [listed.epoch ?? 0, listing.epoch ?? 0];
  return comes > is || (comes === is && listed.processId === listing.processId);
}

function owns(owner: { readonly processId: string; readonly epoch?: number }, { listing }: Room): boolean {
  return owner.processId === listing.processId && (owner.epoch ?? 0) >= (listing.epoch ?? 0);
}

function roomIdOf(entry: string): string {
  return entry.slice(entry.indexOf('/') + 1);
}
