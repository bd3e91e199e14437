/**
 * The world's replicated state. The collections are `.view()`: each client is sent its own part of them (room.ts says
 * which). What all share is a handful of numbers, brought up to date once a second.
 */
import { type SchemaType, schema, t } from '@colyseus/schema';

/** A person or a creature. The key in `WorldState.units` is the session id, or `cN` for a creature. */
export const Unit = schema(
  {
    /** See `Kind` in rules.ts. */
    kind: t.uint8().default(0),
    /** Empty for creatures. */
    name: t.string().default(''),
    /** Index into the palette of the page; for creatures a shade of their coat. */
    color: t.uint8().default(0),
    /** False while the person's connection is away and the seat is kept. */
    connected: t.boolean().default(true),
    x: t.float32().default(0),
    y: t.float32().default(0),
    /** Radians, 0 is east, growing clockwise on the screen (y points down). */
    heading: t.quantized({ min: 0, max: Math.PI * 2, bits: 8, mode: 'wrap' }).default(0),
  },
  'Unit',
);
export type Unit = SchemaType<typeof Unit>;

/** A thing that lies on the ground. */
export const Item = schema(
  {
    /** Index into `ITEM_KINDS` in rules.ts. */
    kind: t.uint8().default(0),
    x: t.uint16().default(0),
    y: t.uint16().default(0),
  },
  'Item',
);
export type Item = SchemaType<typeof Item>;

/** What one player carries: how many of each kind (an entry of `ITEM_KINDS`). */
export const Bag = schema({ counts: t.map('uint8') }, 'Bag');
export type Bag = SchemaType<typeof Bag>;

export const WorldState = schema(
  {
    /** How many there are in the whole world, known to a client or not. */
    players: t.uint16().default(0),
    creatures: t.uint16().default(0),
    things: t.uint16().default(0),
    /** Seconds of the day, 0 .. DAY_SECONDS - 1; 0 is midnight. */
    hour: t.uint16().default(0),
    units: t.map(Unit).view(),
    items: t.map(Item).view(),
    /** By session id. */
    bags: t.map(Bag).view(),
  },
  'WorldState',
);
export type WorldState = SchemaType<typeof WorldState>;

/** What a client sends: a stick, and how many ticks it is held. One input is one message; at most 20 a second are used. */
export const WalkInput = schema(
  {
    /** -127 .. 127: left to right, up to down. */
    moveX: t.int8().default(0),
    moveY: t.int8().default(0),
    /** 1 .. MAX_STEPS. */
    steps: t.uint8().default(1),
  },
  'WalkInput',
);
export type WalkInput = SchemaType<typeof WalkInput>;
