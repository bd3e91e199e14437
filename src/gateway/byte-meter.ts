/** Counts carried bytes for the metrics, told in bulk: a look into the meter for every frame would cost more than it. */
import type { Meter } from '../kernel/ports.ts';
import type { Direction } from './tunnel.ts';

const DIRECTIONS = ['to_owner', 'to_player'] as const satisfies readonly Direction[];
const TOLD_EVERY_BYTES = 65_536;

export class ByteMeter {
  readonly #meter: Meter;
  readonly #untold: Record<Direction, number> = { to_owner: 0, to_player: 0 };

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  add(direction: Direction, bytes: number): void {
    this.#untold[direction] += bytes;
    if (this.#untold[direction] >= TOLD_EVERY_BYTES) this.flush();
  }

  flush(): void {
    for (const direction of DIRECTIONS) {
      const bytes = this.#untold[direction];
      this.#untold[direction] = 0;
      if (bytes > 0) this.#meter.count('hypogeum_gateway_bytes_total', bytes, { direction });
    }
  }
}
