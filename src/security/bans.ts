/**
 * Who is banned: the port of where that is kept, for all processes, and its version in one process's memory. Rules:
 * SPEC.md (ID7, ID8).
 */

export const SUBJECT_KINDS = ['identity', 'address'] as const;
export type SubjectKind = (typeof SUBJECT_KINDS)[number];

export interface Subject {
  readonly kind: SubjectKind;
  /** An identity's id, or an address in its normal form. */
  readonly subject: string;
}

/** Times are milliseconds since 1970. */
export interface Ban extends Subject {
  /** For the operator; not told to the player. */
  readonly reason: string;
  readonly at: number;
  /** Undefined: for good. */
  readonly until?: number;
}

export interface Bans {
  /** How often anything changed. */
  readonly changes: number;
  readonly bans: readonly Ban[];
}

export interface BanStore {
  /** Over a ban that the subject has. */
  put(ban: Ban): Promise<void>;
  /** False when there was none. */
  remove(subject: Subject): Promise<boolean>;
  /** All bans but those that are over by `now`; undefined when there were no changes but the `known`. */
  read(known: number, now: number): Promise<Bans | undefined>;
  /** Puts back what the store has lost, as far as nobody did. */
  restore(known: Bans): Promise<void>;
  /** Tells of changes, of those made here too, until the store is stopped. */
  onChange(listener: () => void): Promise<void>;
}

export class MemoryBanStore implements BanStore {
  readonly #bans = new Map<string, Ban>();
  readonly #listeners: (() => void)[] = [];
  #changes = 0;

  async put(ban: Ban): Promise<void> {
    this.#bans.set(nameOf(ban), ban);
    this.#changed();
  }

  async remove(subject: Subject): Promise<boolean> {
    const removed = this.#bans.delete(nameOf(subject));
    if (removed) this.#changed();
    return removed;
  }

  async read(known: number, now: number): Promise<Bans | undefined> {
    if (known === this.#changes) return undefined;
    for (const [name, ban] of this.#bans) if (isOver(ban, now)) this.#bans.delete(name);
    return { changes: this.#changes, bans: [...this.#bans.values()] };
  }

  async restore({ changes, bans }: Bans): Promise<void> {
    if (this.#changes >= changes) return;
    for (const ban of bans) if (!this.#bans.has(nameOf(ban))) this.#bans.set(nameOf(ban), ban);
    this.#changes = changes + 1;
  }

  async onChange(listener: () => void): Promise<void> {
    this.#listeners.push(listener);
  }

  #changed(): void {
    this.#changes++;
    for (const listener of this.#listeners) listener();
  }
}

export function nameOf({ kind, subject }: Subject): string {
  return `${kind} ${subject}`;
}

export function isOver({ until }: Ban, now: number): boolean {
  return until !== undefined && until <= now;
}
