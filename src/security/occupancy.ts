/** How many of something there are at a time, in all and by address. Whoever entered leaves once; nobody is forgotten. */

export interface OccupancyLimits {
  readonly inAll: number;
  readonly perAddress: number;
}

/** Why there is no place. */
export type Crowd = 'all' | 'address';

export class Occupancy {
  readonly #limits: OccupancyLimits;
  readonly #byAddress = new Map<string, number>();
  #inAll = 0;

  constructor(limits: OccupancyLimits) {
    this.#limits = limits;
  }

  get inAll(): number {
    return this.#inAll;
  }

  /** Addresses that have any. */
  get addresses(): number {
    return this.#byAddress.size;
  }

  /** Undefined when it entered. */
  enter(address: string): Crowd | undefined {
    const here = this.#byAddress.get(address) ?? 0;
    if (here >= this.#limits.perAddress) return 'address';
    if (this.#inAll >= this.#limits.inAll) return 'all';
    this.#byAddress.set(address, here + 1);
    this.#inAll++;
    return undefined;
  }

  leave(address: string): void {
    const left = (this.#byAddress.get(address) ?? 0) - 1;
    if (left > 0) this.#byAddress.set(address, left);
    else this.#byAddress.delete(address);
    this.#inAll--;
  }
}
