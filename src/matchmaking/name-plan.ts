/**
 * From a name's filterBy and sortBy to the index: in which sets a listing is, and where in their order. Pure; both
 * versions of the room index use it. A set holds the open rooms that agree in some of the filter's fields. A rank is a
 * text that sorts, byte by byte, as Colyseus sorts listings: each field is written so that its text has the order of its
 * values, upside down for descending ones. The number of clients is a hole in it, filled in where claims are known.
 */
import type { Listing, NamePlan, RoomRequest, SortOptions } from './room-index.ts';

export type Lookup =
  /** The rooms of this set are the ones that meet the request, in its order. */
  | { readonly kind: 'set'; readonly set: string }
  /** No set has them: all rooms of the name have to be looked at. */
  | { readonly kind: 'scan' }
  /** Nothing listed can meet it: objects are never equal (===). */
  | { readonly kind: 'never' };

/** `before`, the clients (upwards, downwards, or not at all), `after`. */
export interface Rank {
  readonly before: string;
  readonly clients: 1 | -1 | 0;
  readonly after: string;
}

export const NO_PLAN: NamePlan = { filterBy: [], sortBy: {} };

/** Every subset of up to three fields is a set of its own: eight. With more fields it is only all of them, or none. */
const MOST_FREE_FIELDS = 3;
/** Without `sortBy` the fullest comes first. */
const FULLEST_FIRST: SortOptions = { clients: -1 };

/** The names of the sets that a listing belongs to while it is open. */
export function setsOf({ filterBy }: NamePlan, listing: Listing): string[] {
  return subsets(filterBy).flatMap((fields) => {
    const values = fields.map((field) => fieldOf(listing, field));
    return values.every(canBeIndexed) ? [setName(listing.name, pair(fields, values))] : [];
  });
}

export function lookupOf(plan: NamePlan, request: RoomRequest): Lookup {
  const [fields, values] = [Object.keys(request.filter), Object.values(request.filter)];
  if (values.some((value) => typeof value === 'object' && value !== null)) return { kind: 'never' };
  const planned = values.every(canBeIndexed) && hasSubset(plan.filterBy, fields) && sortsAs(plan, request);
  return planned ? { kind: 'set', set: setName(request.name, pair(fields, values)) } : { kind: 'scan' };
}

/** Names what is asked for, whatever the order of its fields: requests alike have the same. */
export function requestName({ name, filter }: RoomRequest): string {
  return setName(name, Object.entries(filter));
}

/** A ticket (SeatsGranted) is its number and the name of its request. */
export function requestOf(ticket: string): string {
  return ticket.slice(ticket.indexOf(' ') + 1);
}

export function sortOf(plan: NamePlan, request: RoomRequest): SortOptions {
  return isEmpty(request.sort) ? plan.sortBy : request.sort!;
}

/** As Colyseus's Query compares: own fields of the listing, else of its metadata, with ===; a missing one never matches. */
export function meets(listing: Listing, filter: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(filter).every(([field, value]) => {
    const found = holderOf(listing, field);
    return found !== undefined && found.holder[found.key] === value;
  });
}

/** The rank of a listing; equal ones by age, the oldest first, and then by room id. */
export function rankOf(sort: SortOptions, listing: Listing): Rank {
  let [before, after, clients]: [string, string, Rank['clients']] = ['', '', 0];
  for (const [field, direction] of Object.entries(isEmpty(sort) ? FULLEST_FIRST : sort)) {
    const way = isAscending(direction) ? 1 : -1;
    if (field === 'clients') clients = way;
    else if (clients === 0) before += textOf(fieldOf(listing, field), way);
    else after += textOf(fieldOf(listing, field), way);
  }
  const age = textOf(listing.createdAt === undefined ? undefined : new Date(listing.createdAt), 1);
  return { before, clients, after: `${after}${age}/${listing.roomId}` };
}

/** The whole text, for a room in which so many seats are taken. The Redis scripts do the same (`shared.lua`). */
export function rankAt({ before, clients, after }: Rank, taken: number): string {
  if (clients === 0) return before + after;
  const digits = (clients === 1 ? taken : MOST_CLIENTS - taken).toString(16).padStart(8, '0');
  return before + digits + after;
}

const MOST_CLIENTS = 0xffff_ffff;

/**
 * Field values as texts. Numbers, booleans, dates and null compare with each other as numbers, as in JavaScript; then
 * come strings, and then what has no order, and what is missing (where Colyseus's comparison contradicts itself).
 */
function textOf(value: unknown, way: 1 | -1): string {
  if (typeof value === 'string') return `2${turned(codeUnits(value), way)}${way === 1 ? '.' : '~'}`;
  const number = numberOf(value);
  return Number.isNaN(number) ? '3' : `1${turned(doubleText(number), way)}`;
}

function numberOf(value: unknown): number {
  const comparable = typeof value === 'number' || typeof value === 'boolean' || value === null || value instanceof Date;
  return comparable ? Number(value) : Number.NaN;
}

/** Four hexadecimal digits a code unit; JavaScript compares strings by these, UTF-8 has another order. */
function codeUnits(text: string): string {
  let digits = '';
  for (let i = 0; i < text.length; i++) digits += text.charCodeAt(i).toString(16).padStart(4, '0');
  return digits;
}

/** The bits of a double in an order of their own: negative ones upside down, the others above them. */
function doubleText(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value + 0); // -0 becomes 0
  const bits = view.getBigUint64(0);
  const ordered = bits >> 63n === 1n ? ~bits & 0xffff_ffff_ffff_ffffn : bits | (1n << 63n);
  return ordered.toString(16).padStart(16, '0');
}

/** Upside down: each hexadecimal digit becomes what it lacks to f. */
function turned(digits: string, way: 1 | -1): string {
  return way === 1 ? digits : digits.replace(/./g, (digit) => (15 - Number.parseInt(digit, 16)).toString(16));
}

/** Where a field is. `metadata.x` is Colyseus's documented way of writing `x` of the metadata. */
function holderOf(listing: Listing, field: string): { holder: Record<string, unknown>; key: string } | undefined {
  const row = listing as unknown as Record<string, unknown>;
  if (Object.hasOwn(row, field)) return { holder: row, key: field };
  const metadata: unknown = listing.metadata;
  if (typeof metadata !== 'object' || metadata === null) return undefined;
  const keys = field.startsWith('metadata.') ? [field, field.slice('metadata.'.length)] : [field];
  const key = keys.find((one) => Object.hasOwn(metadata, one));
  return key === undefined ? undefined : { holder: metadata as Record<string, unknown>, key };
}

function fieldOf(listing: Listing, field: string): unknown {
  const found = holderOf(listing, field);
  return found?.holder[found.key];
}

/** What JSON keeps apart and equals itself. */
function canBeIndexed(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || value === null || Number.isFinite(value);
}

function subsets(fields: readonly string[]): string[][] {
  if (fields.length > MOST_FREE_FIELDS) return [[], [...fields]];
  let all: string[][] = [[]];
  for (const field of fields) all = all.flatMap((one) => [one, [...one, field]]);
  return all;
}

function hasSubset(filterBy: readonly string[], fields: readonly string[]): boolean {
  if (!fields.every((field) => filterBy.includes(field))) return false;
  return filterBy.length <= MOST_FREE_FIELDS || fields.length === 0 || fields.length === filterBy.length;
}

function pair(fields: readonly string[], values: readonly unknown[]): [string, unknown][] {
  return fields.map((field, i) => [field, values[i]]);
}

function setName(name: string, fields: readonly (readonly [string, unknown])[]): string {
  const sorted = fields.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([name, ...sorted.flat()]);
}

function sortsAs({ sortBy }: NamePlan, { sort }: RoomRequest): boolean {
  if (isEmpty(sort)) return true;
  const order = (options: SortOptions): string =>
    JSON.stringify(Object.entries(options).map(([field, direction]) => [field, isAscending(direction)]));
  return order(sort!) === order(isEmpty(sortBy) ? FULLEST_FIRST : sortBy);
}

function isAscending(direction: SortOptions[string]): boolean {
  return direction === 1 || direction === 'asc' || direction === 'ascending';
}

function isEmpty(sort: SortOptions | undefined): boolean {
  return sort === undefined || Object.keys(sort).length === 0;
}
