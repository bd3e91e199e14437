/**
 * A process's own copy of who is banned: asked without waiting, also while the store is away. Kept fresh by what other
 * processes tell, and by looking again; a store that came back empty gets it back. Rules: SPEC.md (ID7, ID8).
 */
import { messageOf } from '../kernel/invariant.ts';
import type { Logger, Meter } from '../kernel/ports.ts';
import { type Ban, type BanStore, isOver, nameOf, type Subject } from './bans.ts';

export interface BanListDeps {
  readonly store: BanStore;
  readonly after: (delayMs: number, run: () => void) => () => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The form of an address that is banned as one: an IPv6 network, say. */
  readonly normalise: (address: string) => string;
  readonly logger: Logger;
  readonly meter: Meter;
}

/** For those who were not told. */
export const LOOK_AGAIN_MS = 5000;

/** One player as bans see them. */
export interface Somebody {
  readonly id?: string | undefined;
  readonly address?: string | undefined;
}

export class BanList {
  readonly #deps: BanListDeps;
  #bans: ReadonlyMap<string, Ban> = new Map();
  #changes = 0;
  #reading: Promise<void> | undefined;
  #again = false;
  #cancel = (): void => {};
  /** Is told of bans that are new here. */
  onBanned: (ban: Ban) => void = () => {};

  constructor(deps: BanListDeps) {
    this.#deps = deps;
  }

  /** @throws the store's error when it cannot be read. */
  async start(): Promise<void> {
    await this.#deps.store.onChange(() => void this.refresh());
    await this.#read();
    this.#lookAgain();
  }

  stop(): void {
    this.#cancel();
  }

  /** The ban that keeps somebody out now. */
  find({ id, address }: Somebody): Ban | undefined {
    if (this.#bans.size === 0) return undefined;
    const { now, normalise } = this.#deps;
    const named = id === undefined ? undefined : this.#bans.get(nameOf({ kind: 'identity', subject: id }));
    const from =
      address === undefined ? undefined : this.#bans.get(nameOf({ kind: 'address', subject: normalise(address) }));
    return [named, from].find((ban) => ban !== undefined && !isOver(ban, now()));
  }

  /** Whether a subject in its normal form is somebody. */
  concerns({ kind, subject }: Subject, { id, address }: Somebody): boolean {
    return kind === 'identity' ? subject === id : address !== undefined && subject === this.#deps.normalise(address);
  }

  all(): readonly Ban[] {
    const now = this.#deps.now();
    return [...this.#bans.values()].filter((ban) => !isOver(ban, now));
  }

  /** Holds here when this resolves, and at the other processes as soon as they hear of it. @throws the store's error. */
  async ban(subject: Subject, reason: string, seconds?: number): Promise<Ban> {
    const at = this.#deps.now();
    const until = seconds === undefined ? {} : { until: at + seconds * 1000 };
    const ban: Ban = { ...this.normal(subject), reason, at, ...until };
    await this.#deps.store.put(ban);
    await this.refresh();
    return ban;
  }

  /** False when there was no such ban. @throws the store's error. */
  async unban(subject: Subject): Promise<boolean> {
    const removed = await this.#deps.store.remove(this.normal(subject));
    await this.refresh();
    return removed;
  }

  /** As the store has it; on its failure the copy stays as it is. Changes told meanwhile are read as well. */
  async refresh(): Promise<void> {
    if (this.#reading !== undefined) {
      this.#again = true;
      return this.#reading;
    }
    this.#reading = this.#readAll();
    await this.#reading;
  }

  async #readAll(): Promise<void> {
    do {
      this.#again = false;
      await this.#read().catch((cause) =>
        this.#deps.logger.debug('bans cannot be read; those known stay', { cause: messageOf(cause) }),
      );
    } while (this.#again);
    this.#reading = undefined;
  }

  async #read(): Promise<void> {
    const { store, now } = this.#deps;
    let read = await store.read(this.#changes, now());
    if (read !== undefined && read.changes < this.#changes) {
      await store.restore({ changes: this.#changes, bans: this.all() });
      read = await store.read(this.#changes, now());
    }
    if (read !== undefined) this.#take(read.changes, read.bans);
  }

  #take(changes: number, bans: readonly Ban[]): void {
    const before = this.#bans;
    this.#changes = changes;
    this.#bans = new Map(bans.map((ban) => [nameOf(ban), ban]));
    this.#deps.meter.gauge('hypogeum_bans', this.#bans.size);
    for (const ban of bans) if (before.get(nameOf(ban))?.at !== ban.at) this.onBanned(ban);
  }

  /** The form in which it is banned. */
  normal({ kind, subject }: Subject): Subject {
    return { kind, subject: kind === 'address' ? this.#deps.normalise(subject) : subject };
  }

  #lookAgain(): void {
    this.#cancel = this.#deps.after(LOOK_AGAIN_MS, () => {
      void this.refresh();
      this.#lookAgain();
    });
  }
}
