/**
 * Finds rooms with a free seat for joiners, and has rooms made where there are none. Joiners alike who come together ask
 * the index together; those who get nothing wait for rooms that are being made, and ask again. Rules: SPEC.md (S2, I10, I11).
 */
import { ERRORS } from '../kernel/errors.ts';
import type { Clock } from '../kernel/ports.ts';
import { MatchError } from './match-error.ts';
import { requestName } from './name-plan.ts';
import { CREATION_MS, type Listing, type RoomIndex, type RoomRequest, WAITING_MS } from './room-index.ts';
import type { Timers } from './timers.ts';

export interface SeatFinderDeps {
  readonly index: Pick<RoomIndex, 'claim' | 'stillCreating' | 'created' | 'notCreated'>;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Makes a room somewhere. */
  readonly create: (name: string, options: unknown, address: string | undefined) => Promise<Listing>;
  /** Processes that did not answer a moment ago. */
  readonly suspects: () => readonly string[];
}

export interface SeatRequest extends RoomRequest {
  /** The session id. */
  readonly claim: string;
  /** What a room is made with, if one is made for this joiner. */
  readonly options: unknown;
  /** The joiner's, if it is known. */
  readonly address?: string | undefined;
  /** Never makes a room. */
  readonly listedOnly: boolean;
}

/** How long a joiner waits for rooms that are being made. */
export const SEAT_WITHIN_MS = 4000;
/** Joiners without a seat ask again after this, and when a room was made here. */
const ASK_EVERY_MS = 20;
/** Who makes a room says so often that it is on its way. */
const STILL_CREATING_EVERY_MS = CREATION_MS / 4;
/** Joiners that ask together. */
const MOST_TOGETHER = 500;

interface Joiner extends SeatRequest {
  readonly until: number;
  resolve(listing: Listing | undefined): void;
  reject(cause: unknown): void;
}

/** Joiners alike, and the asking for them. */
interface Queue {
  readonly joiners: Map<string, Joiner>;
  /** Ends the pause between two askings. */
  hurry(): void;
}

export class SeatFinder {
  readonly #deps: SeatFinderDeps;
  readonly #queues = new Map<string, Queue>();

  constructor(deps: SeatFinderDeps) {
    this.#deps = deps;
  }

  /**
   * A room with a seat claimed under `claim`; undefined when there is none and none may be made.
   * @throws MatchError, or what the index or the making of the room threw.
   */
  find(request: SeatRequest): Promise<Listing | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<Listing | undefined>();
    const joiner: Joiner = { ...request, until: this.#deps.clock.now() + SEAT_WITHIN_MS, resolve, reject };
    this.#enqueue(joiner);
    return promise;
  }

  #enqueue(joiner: Joiner): void {
    const name = `${joiner.listedOnly ? 'join' : 'make'} ${requestName(joiner)}`;
    const queue = this.#queues.get(name);
    if (queue === undefined) void this.#serve(name, joiner);
    else queue.joiners.set(joiner.claim, together(queue.joiners.get(joiner.claim), joiner));
  }

  /** Asks for all who are in the queue, until nobody is. */
  async #serve(name: string, first: Joiner): Promise<void> {
    const queue: Queue = { joiners: new Map([[first.claim, first]]), hurry: () => {} };
    this.#queues.set(name, queue);
    await Promise.resolve(); // those who come in the same turn come along
    while (queue.joiners.size > 0) {
      const asking = [...queue.joiners.values()].slice(0, MOST_TOGETHER);
      try {
        await this.#ask(queue, asking);
      } catch (cause) {
        for (const joiner of asking) take(queue, joiner)?.reject(cause);
      }
      this.#giveUp(queue);
      if (queue.joiners.size > 0 && asking.some(({ claim }) => queue.joiners.has(claim))) await this.#pause(queue);
    }
    this.#queues.delete(name);
  }

  async #ask(queue: Queue, asking: readonly Joiner[]): Promise<void> {
    const { name, filter, sort, listedOnly } = asking[0]!;
    const claims = asking.map(({ claim }) => claim);
    const avoid = this.#deps.suspects();
    const { granted, create } = await this.#deps.index.claim({ name, filter, sort, claims, listedOnly, avoid });
    for (const { claim, listing } of granted) {
      const joiner = queue.joiners.get(claim);
      if (joiner !== undefined) take(queue, joiner)?.resolve(listing);
    }
    const left = asking.filter(({ claim }) => queue.joiners.has(claim));
    if (listedOnly) for (const joiner of left) take(queue, joiner)?.resolve(undefined);
    for (const ticket of create) {
      const next = left.shift();
      const creator = next && take(queue, next);
      if (creator === undefined) void this.#deps.index.notCreated(ticket).catch(() => {});
      else void this.#create(queue, creator, ticket);
    }
  }

  /** The room is made for this joiner, who may sit in it first. */
  async #create(queue: Queue, creator: Joiner, ticket: string): Promise<void> {
    const { index, create } = this.#deps;
    const { name, filter, claim, options, address } = creator;
    const ended = this.#keepCreating(ticket);
    try {
      const listing = await create(name, options, address)
        .catch((cause) => {
          void index.notCreated(ticket).catch(() => {});
          throw cause;
        })
        .finally(ended);
      const claiming = index.claim({ name, filter, claims: [claim], first: listing.roomId, listedOnly: true });
      void index.created(ticket, listing.maxClients).catch(() => {}); // comes after the claim, and costs no seat
      const { granted } = await claiming;
      if (granted[0] !== undefined) creator.resolve(granted[0].listing);
      else this.#enqueue(creator); // others were quicker
    } catch (cause) {
      creator.reject(cause);
    }
    queue.hurry();
  }

  /** Says that the room is on its way, until the function it returns is called. */
  #keepCreating(ticket: string): () => void {
    const { index, timers } = this.#deps;
    let cancel = (): void => {};
    const goOn = (): void => {
      cancel = timers.after(STILL_CREATING_EVERY_MS, () => {
        index.stillCreating(ticket).catch(() => {});
        goOn();
      });
    };
    goOn();
    return () => cancel();
  }

  #giveUp(queue: Queue): void {
    const now = this.#deps.clock.now();
    for (const joiner of queue.joiners.values())
      if (now >= joiner.until) take(queue, joiner)?.reject(new MatchError(ERRORS.SEAT_TIMEOUT));
  }

  #pause(queue: Queue): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#deps.timers.after(Math.min(ASK_EVERY_MS, WAITING_MS / 2), resolve);
      queue.hurry = () => {
        cancel();
        resolve();
      };
    });
  }
}

/** Out of the queue, if it is still in it, with those who joined it meanwhile. */
function take({ joiners }: Queue, { claim }: Joiner): Joiner | undefined {
  const joiner = joiners.get(claim);
  joiners.delete(claim);
  return joiner;
}

/** A room may give its players session ids of its own: one who asks twice at a time has one claim, and gets two answers. */
function together(first: Joiner | undefined, second: Joiner): Joiner {
  if (first === undefined) return second;
  return {
    ...first,
    resolve(listing) {
      first.resolve(listing);
      second.resolve(listing);
    },
    reject(cause) {
      first.reject(cause);
      second.reject(cause);
    },
  };
}
