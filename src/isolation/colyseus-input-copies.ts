/**
 * Copies of inputs that wait for their tick, made lightly. Colyseus clones each with all that tracks changes (Schema.clone
 * of @colyseus/schema 5.0.34, RoomInput.capture of @colyseus/core 0.18.17), which nobody asks a copy for; with thousands of
 * players that was 4 % of a server's time. A copy can still be read and written like any other input.
 */
import { $values, Schema } from '@colyseus/schema';

/** What of Colyseus's RoomInput is touched. */
export interface InputController {
  /** Makes what a client that joins needs for its inputs. */
  allocate(client: { readonly _input?: unknown }): void;
}

interface Valued {
  [$values]: unknown[];
}

/** Before the first client joins. An input class with a `clone` of its own keeps it. */
export function copyInputsLightly(controller: InputController): void {
  const { allocate } = controller;
  controller.allocate = (client) => {
    allocate.call(controller, client);
    const input = client._input;
    if (input instanceof Schema && input.clone === Schema.prototype.clone)
      Object.defineProperty(input, 'clone', LIGHTLY);
  };
}

const LIGHTLY: PropertyDescriptor = { value: copyOf };

function copyOf(this: Schema): Schema {
  const values = (this as unknown as Valued)[$values];
  for (const value of values) if (typeof value === 'object' && value !== null) return Schema.prototype.clone.call(this);
  const copy = (this.constructor as typeof Schema).initializeForDecoder();
  (copy as unknown as Valued)[$values] = values.slice();
  return copy;
}
