/**
 * The room index and the registry of processes in Redis, shared by all processes. Each transition is a script
 * (src/redis/scripts/); here are its arguments, the reading of listings, and the requests that no set answers.
 */
import type { Cluster, Redis } from 'ioredis';
import type { Meter } from '../kernel/ports.ts';
import { KEYS, OUR_KEYS, ROWS } from '../redis/keys.ts';
import { type Argument, defineScripts, type RunScript } from '../redis/scripts.ts';
import { lookupOf, meets, NO_PLAN, rankAt, rankOf, requestName, requestOf, setsOf, sortOf } from './name-plan.ts';
import type { ProcessRegistry, ProcessReport, Renewal } from './process-registry.ts';
import { inTime, RedisAway } from './redis-away.ts';
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
import { readRow, writeRow } from './rows.ts';

export interface RedisIndexDeps {
  readonly client: Redis | Cluster;
  readonly meter: Meter;
}

/** For how long the size of a request's rooms is known. */
const SIZE_KNOWN_MS = 3_600_000;
/** Where there is no limit; Lua's numbers are doubles. */
const MOST_SEATS = Number.MAX_SAFE_INTEGER;
/** So much goes in one command, so that none holds Redis up for long. */
const CLAIMS_AT_ONCE = 200;
const ROOMS_AT_ONCE = 500;

/** Where the rooms for a claim come from: a set of the index, or room ids, best first. */
type Source = { readonly set: string } | { readonly among: readonly string[] };

interface Scanned {
  readonly listing: Listing;
  readonly taken: number;
}

export class RedisRoomIndex implements RoomIndex, RoomListings, ProcessRegistry {
  readonly #client: Redis | Cluster;
  readonly #meter: Meter;
  readonly #run: RunScript;
  readonly #times: IndexTimes;
  readonly #plans = new Map<string, NamePlan>();

  /** Defines its commands on the client; sends nothing. */
  constructor({ client, meter }: RedisIndexDeps, times: Partial<IndexTimes> = {}) {
    this.#client = client;
    this.#meter = meter;
    const run = defineScripts(client);
    this.#run = (name, ...args) => this.#ask(() => run(name, ...args));
    this.#times = { ...INDEX_TIMES, ...times };
  }

  /** Asked only while Redis is there: what waited would have its effect after it was called failed. */
  #ask<T>(send: () => Promise<T>): Promise<T> {
    const { status } = this.#client;
    return status === 'ready' ? inTime(send()) : Promise.reject(new RedisAway(`Redis is away (${status})`));
  }

  plan(name: string, plan: NamePlan): void {
    this.#plans.set(name, plan);
  }

  async list(listing: Listing): Promise<boolean> {
    return (await this.#run('list', ...this.#written(listing))) === 1;
  }

  async update(listing: Listing, taken: readonly string[] = []): Promise<'ok' | 'unlisted' | 'stale'> {
    return (await this.#run('update', ...this.#written(listing), ...taken)) as 'ok' | 'unlisted' | 'stale';
  }

  async unlist(roomId: string, { processId, epoch }: { processId: string; epoch: number }): Promise<boolean> {
    return (await this.#run('unlist', roomId, processId, epoch)) === 1;
  }

  async claim(wanted: SeatsWanted): Promise<SeatsGranted> {
    const granted = new Map<string, Listing>();
    const create: string[] = [];
    for (let from = 0; from < wanted.claims.length; from += CLAIMS_AT_ONCE) {
      const claims = wanted.claims.slice(from, from + CLAIMS_AT_ONCE);
      create.push(...(await this.#claimSome({ ...wanted, claims }, granted)));
    }
    return { granted: [...granted].map(([claim, listing]) => ({ claim, listing })), create };
  }

  async release(roomId: string, claims: readonly string[]): Promise<void> {
    await this.#run('release', roomId, ...claims);
  }

  async stillCreating(ticket: string): Promise<void> {
    await this.#run('still-creating', requestOf(ticket), ticket, this.#times.creationMs);
  }

  async created(ticket: string, maxClients: number): Promise<void> {
    await this.#run('ended-creation', requestOf(ticket), ticket, Math.min(maxClients, MOST_SEATS), SIZE_KNOWN_MS);
  }

  async notCreated(ticket: string): Promise<void> {
    await this.#run('ended-creation', requestOf(ticket), ticket, '', SIZE_KNOWN_MS);
  }

  async find(request: RoomRequest): Promise<Listing | undefined> {
    const lookup = lookupOf(this.#planOf(request), request);
    switch (lookup.kind) {
      case 'never':
        return undefined;
      case 'set':
        return this.#findIn(lookup.set);
      case 'scan':
        return (await this.#scan(request))[0]?.listing;
    }
  }

  async get(roomIds: readonly string[]): Promise<Map<string, Listing>> {
    const listings = (await this.#rows(roomIds)).map(readRow);
    return new Map(listings.map((listing) => [listing.roomId, listing]));
  }

  async all(name?: string): Promise<Listing[]> {
    this.#countScan(name);
    if (name === undefined) return Object.values(await this.#ask(() => this.#client.hgetall(ROWS))).map(readRow);
    const rows = await this.#rows(await this.#ask(() => this.#client.smembers(KEYS.named + name)));
    return rows.map(readRow);
  }

  owned(processId: string): Promise<string[]> {
    return this.#ask(() => this.#client.smembers(KEYS.owned + processId));
  }

  async clear(): Promise<void> {
    const servers = this.#client.isCluster ? (this.#client as Cluster).nodes('master') : [this.#client as Redis];
    for (const server of servers)
      for await (const keys of server.scanStream({ match: `${OUR_KEYS}*`, count: 1000 }))
        if (keys.length > 0) await server.unlink(...(keys as string[]));
    await this.#client.unlink(ROWS);
  }

  async renew(report: ProcessReport): Promise<Renewal> {
    const answer = await this.#run('renew', report.processId, JSON.stringify(report), this.#times.leaseMs);
    const [held, reports] = answer as [number, (string | null)[]];
    const processes = reports.flatMap((text) => (text === null ? [] : (JSON.parse(text) as ProcessReport)));
    return { held: held === 1, processes };
  }

  async leave(processId: string): Promise<void> {
    while ((await this.#run('leave', processId)) === 1);
  }

  /** Claims what it can, into `granted`. Returns the tickets of the rooms to be created for the rest. */
  async #claimSome(wanted: SeatsWanted, granted: Map<string, Listing>): Promise<readonly string[]> {
    const plan = this.#planOf(wanted);
    const lookup = lookupOf(plan, wanted);
    switch (lookup.kind) {
      case 'never':
        return this.#claimFrom({ among: [] }, wanted, granted);
      case 'set':
        return this.#claimFrom({ set: lookup.set }, wanted, granted);
      case 'scan':
        return this.#claimScanning(wanted, granted);
    }
  }

  async #claimFrom(source: Source, wanted: SeatsWanted, granted: Map<string, Listing>): Promise<readonly string[]> {
    let after = '';
    for (;;) {
      const claims = wanted.claims.filter((claim) => !granted.has(claim));
      const order = { ...this.#orderOf({ ...wanted, claims }), set: '', among: [], ...source, after };
      const answer = await this.#run('claim', JSON.stringify(order));
      const [pairs, tickets, goOnAfter] = answer as [string[], string[], string | null];
      for (let i = 0; i < pairs.length; i += 2) granted.set(pairs[i]!, readRow(pairs[i + 1]!));
      if (goOnAfter === null) return tickets;
      after = goOnAfter;
    }
  }

  /**
   * All rooms of the name are read, and then tried in their order. Seats, locks and owners are checked as they are tried, by
   * the script that claims; a field that changes in the millisecond between might as well have changed after it.
   */
  async #claimScanning(wanted: SeatsWanted, granted: Map<string, Listing>): Promise<readonly string[]> {
    const { clients } = rankOf(sortOf(this.#planOf(wanted), wanted), EMPTY);
    // With the emptiest first, each claim moves its room back: the next one has to look again.
    const together = clients === 1 ? wanted.claims.map((claim) => [claim]) : [wanted.claims];
    const create: string[] = [];
    for (const claims of together) {
      const found = (await this.#scan(wanted)).filter(({ listing }) => !wanted.avoid?.includes(listing.processId));
      const among = found.slice(0, ROOMS_AT_ONCE).map(({ listing }) => listing.roomId);
      create.push(...(await this.#claimFrom({ among }, { ...wanted, claims }, granted)));
    }
    return create;
  }

  #orderOf(wanted: SeatsWanted): Readonly<Record<string, unknown>> {
    const { name, claims, first = '', avoid = [], listedOnly = false } = wanted;
    return { name, request: requestName(wanted), claims, first, avoid, create: !listedOnly, ...this.#times };
  }

  async #findIn(set: string): Promise<Listing | undefined> {
    let after: string | null = '';
    while (after !== null) {
      const answer = await this.#run('find', set, after, this.#times.leaseMs);
      const [row, goOnAfter] = answer as [string | null, string | null];
      if (row !== null) return readRow(row);
      after = goOnAfter;
    }
    return undefined;
  }

  /** The rooms that meet a request, have a free seat and a living owner, best first. */
  async #scan(request: RoomRequest): Promise<Scanned[]> {
    this.#countScan(request.name);
    const found: Scanned[] = [];
    const ids = await this.#ask(() => this.#client.smembers(KEYS.named + request.name));
    for (let from = 0; from < ids.length; from += ROOMS_AT_ONCE) {
      const pairs = (await this.#run('seats', ...ids.slice(from, from + ROOMS_AT_ONCE))) as (string | number)[];
      for (let i = 0; i < pairs.length; i += 2)
        found.push({ listing: readRow(pairs[i] as string), taken: pairs[i + 1] as number });
    }
    const sort = sortOf(this.#planOf(request), request);
    return found
      .filter(({ listing, taken }) => meets({ ...listing, clients: taken }, request.filter))
      .map((scanned) => ({ ...scanned, entry: rankAt(rankOf(sort, scanned.listing), scanned.taken) }))
      .sort((a, b) => (a.entry < b.entry ? -1 : 1));
  }

  async #rows(roomIds: readonly string[]): Promise<string[]> {
    const rows: string[] = [];
    for (let from = 0; from < roomIds.length; from += ROOMS_AT_ONCE) {
      const ids = roomIds.slice(from, from + ROOMS_AT_ONCE);
      const some = await this.#ask(() => this.#client.hmget(ROWS, ...ids));
      for (const row of some) if (row !== null) rows.push(row);
    }
    return rows;
  }

  /** What `write` in shared.lua takes. */
  #written(listing: Listing): Argument[] {
    const plan = this.#planOf(listing);
    const { before, clients, after } = rankOf(plan.sortBy, listing);
    return [
      listing.roomId,
      listing.processId,
      listing.epoch ?? 0,
      writeRow(listing),
      listing.name,
      listing.clients,
      Math.min(listing.maxClients, MOST_SEATS),
      listing.locked || listing.private ? 0 : 1,
      setsOf(plan, listing).join('\n'),
      before,
      clients,
      after,
    ];
  }

  #planOf({ name }: { readonly name: string }): NamePlan {
    return this.#plans.get(name) ?? NO_PLAN;
  }

  #countScan(name: string | undefined): void {
    this.#meter.count('hypogeum_match_scans_total', 1, { room: name ?? '*' });
  }
}

const EMPTY: Listing = { name: '', roomId: '', processId: '', clients: 0, maxClients: 0 };
