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

  /** Undefined when it entered. Who stands for many has no address, and counts in all only. */
  enter(address: string | undefined): Crowd | undefined {
    const here = address === undefined ? 0 : (this.#byAddress.get(address) ?? 0);
    if (here >= this.#limits.perAddress) return 'address';
    if (this.#inAll >= this.#limits.inAll) return 'all';
    if (address !== undefined) this.#byAddress.set(address, here + 1);
    this.#inAll++;
    return undefined;
  }

  leave(address: string | undefined): void {
    this.#inAll--;
    if (address === undefined) return;
    const left = (this.#byAddress.get(address) ?? 0) - 1;
    if (left > 0) this.#byAddress.set(address, left);
    else this.#byAddress.delete(address);
  }
}
