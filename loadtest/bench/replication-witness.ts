/**
 * A player of the replication bench who decodes what it is sent with the stock decoder, as a client does, so that both
 * halves can be shown to say the same, and the truth.
 */
import { Decoder } from '@colyseus/schema';
import type { Field, FieldState, SchemaState } from './replication-world.ts';

export class Witness {
  readonly #field: Field;
  readonly #decoder: Decoder<SchemaState>;

  constructor(field: Field) {
    this.#field = field;
    this.#decoder = new Decoder(new (field.state.constructor as new () => SchemaState)());
  }

  /** A frame without head: the first byte is the protocol's. */
  take(frame: Uint8Array | undefined): void {
    if (frame !== undefined) this.#decoder.decode(frame.subarray(1) as Buffer);
  }

  /** What the player holds, keys in order: equal texts are equal states. */
  held(): string {
    const { tick, units } = this.#held();
    const keys = [...units.keys()].sort();
    return JSON.stringify({ tick, units: keys.map((key) => [key, units.get(key)!.toJSON()]) });
  }

  /** Units it holds otherwise than the server does. */
  wrong(): number {
    const { units } = this.#field.state as FieldState;
    let wrong = 0;
    for (const [key, unit] of this.#held().units)
      if (JSON.stringify(unit.toJSON()) !== JSON.stringify(units.get(key)?.toJSON())) wrong++;
    return wrong;
  }

  #held(): FieldState {
    return this.#decoder.state as FieldState;
  }
}
