/**
 * A room's state made for the fuzz: every kind of field an entity can hold, collections seen by different rules, one of
 * them below another schema, one never declared, and state that everybody sees.
 */
import { type SchemaType, schema, t } from '@colyseus/schema';

/** The smallest thing; it wanders between the collections of its betters. */
export const Gem = schema(
  {
    label: t.string().default(''),
    weight: t.float64().default(0),
    team: t.uint8().default(0),
    note: t.string().optional(),
  },
  'Gem',
);
export type Gem = SchemaType<typeof Gem>;

export const Mount = schema(
  { name: t.string().default(''), speed: t.float32().default(1), saddle: t.ref(Gem), charms: t.map(Gem) },
  'Mount',
);
export type Mount = SchemaType<typeof Mount>;

export const Unit = schema(
  {
    x: t.float32().default(0),
    y: t.float32().default(0),
    name: t.string().default(''),
    owner: t.string().default(''),
    team: t.uint8().default(0),
    hp: t.int16().default(100),
    gold: t.uint32().default(0),
    score: t.number().default(0),
    seed: t.float64().default(0),
    serial: t.biguint64().default(0n),
    alive: t.boolean().default(true),
    aim: t.quantized({ min: 0, max: Math.PI * 2, bits: 16, mode: 'wrap' }).default(0),
    note: t.string().optional(),
    mount: t.ref(Mount),
    pet: t.ref(Mount).optional(),
    stats: t.map('string'),
    bag: t.map(Gem),
    path: t.array('string'),
    gems: t.array(Gem),
    tags: t.set('string'),
  },
  'Unit',
);
export type Unit = SchemaType<typeof Unit>;

/** A subclass: its type travels along. */
export const Boss = Unit.extend(
  { rage: t.uint8().default(0), title: t.string().default(''), trophies: t.array(Gem) },
  'Boss',
);
export type Boss = SchemaType<typeof Boss>;

export const Zone = schema(
  { weather: t.string().default('clear'), signs: t.map(Gem), things: t.map(Unit).view() },
  'Zone',
);
export type Zone = SchemaType<typeof Zone>;

export const FuzzState = schema(
  {
    phase: t.string().default('play'),
    round: t.uint16().default(1),
    doors: t.map(Gem),
    chat: t.array('string'),
    zone: t.ref(Zone),
    /** Seen by whoever is near. */
    units: t.map(Unit).view(),
    /** Seen by the player whose session id is the key. */
    bags: t.map(Unit).view(),
    /** Seen by the player that `owner` names. */
    loot: t.map(Unit).view(),
    /** Seen by whoever's unit is near. */
    posts: t.map(Unit).view(),
    /** Seen by a team. */
    flags: t.map(Unit).view(),
    /** Seen by a team, and made of what entities hold. */
    ground: t.map(Gem).view(),
    /** Nobody declared it: seen by nobody. */
    vault: t.map(Unit).view(),
  },
  'FuzzState',
);
export type FuzzState = SchemaType<typeof FuzzState>;
