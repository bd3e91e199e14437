/**
 * The broadcast state of the fan-out bench: notes that all change in every step, so many that a patch has the size
 * wanted. Text, because the bench is about handing bytes out: what makes and encodes them should cost next to nothing.
 */
import { Protocol } from '@colyseus/core';
import { Encoder, type SchemaType, schema, t } from '@colyseus/schema';

const Note = schema({ text: t.string() }, 'Note');
export const FanoutState = schema({ notes: t.array(Note) }, 'FanoutState');
export type FanoutState = SchemaType<typeof FanoutState>;

const TEXTS = ['a', 'b'].map((letter) => letter.repeat(40)) as [string, string];

export function fill(state: FanoutState, notes: number): void {
  for (let i = 0; i < notes; i++) state.notes.push(new Note().assign({ text: TEXTS[0] }));
}

export function change(state: FanoutState): void {
  for (const note of state.notes) note.text = note.text === TEXTS[0] ? TEXTS[1] : TEXTS[0];
}

/** As few notes as make a patch of at least `patchBytes`. */
export function notesFor(patchBytes: number): number {
  let notes = 1;
  while (patchOf(notes).length < patchBytes) notes++;
  return notes;
}

/** The very bytes of a patch in which all notes changed, protocol byte included. */
export function patchOf(notes: number): Buffer {
  const state = new FanoutState();
  fill(state, notes);
  const encoder = new Encoder(state);
  encoder.encodeAll();
  encoder.discardChanges();
  change(state);
  return Buffer.concat([Buffer.of(Protocol.ROOM_STATE_PATCH), encoder.encode()]);
}
