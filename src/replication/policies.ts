/**
 * Who sees an entity of a replicated collection. A policy is a plain value that a room hands to `replicate`; what it
 * means is carried out by the collection's interest.
 */

/** Somebody who is sent state: a client of the room. */
export interface Viewer {
  readonly sessionId: string;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A collection that can be replicated: a map of schemas. */
export interface Collected {
  readonly size: number;
  get(key: string): object | undefined;
}

/** Edges included. */
export interface Bounds {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
}

export interface AreaOptions<E> {
  /** An entity is seen once it is this near, in the units of the positions; over 0. */
  readonly radius: number;
  /** And until it is farther than this, so that one on the edge does not flicker; at least `radius`, by default 1.1 of it. */
  readonly leaveRadius?: number;
  /** Entities outside are invisible, and counted. Without bounds only NaN and infinite positions are. */
  readonly bounds?: Bounds;
  /** Where an entity is, as of its last change; by default its fields `x` and `y`. */
  readonly x?: (entity: E) => number;
  readonly y?: (entity: E) => number;
  /**
   * Where a viewer looks from; by default the entity under its session id in the same collection. Or a collection handed
   * to `replicate` before, by area too: where the viewer looks from there. Who looks from nowhere sees nothing.
   */
  readonly center?: ((viewer: Viewer) => Point | undefined) | Collected;
}

export interface AreaPolicy<E> extends AreaOptions<E> {
  readonly kind: 'area';
  readonly leaveRadius: number;
}

export interface OwnerOptions<E> {
  /** The session id of the only viewer; by default the entity's key. */
  readonly of?: (entity: E, key: string) => string;
}

export interface OwnerPolicy<E> extends OwnerOptions<E> {
  readonly kind: 'owner';
}

/** Asked for every viewer and entity in every tick: for few of them. Must not change state. */
export type SeesPolicy<E> = (viewer: Viewer, entity: E, key: string) => boolean;

export type Policy<E> = AreaPolicy<E> | OwnerPolicy<E> | SeesPolicy<E>;

const LEAVE_MARGIN = 1.1;

/**
 * Whoever is near sees it (area of interest, with hysteresis).
 * @throws RangeError for a radius that is not over 0, a smaller `leaveRadius`, or bounds without an inside.
 */
export function area<E>(options: AreaOptions<E>): AreaPolicy<E> {
  const { radius, bounds, leaveRadius = radius * LEAVE_MARGIN } = options;
  if (!(radius > 0 && Number.isFinite(radius))) throw new RangeError(`area: radius must be over 0, got ${radius}`);
  if (!(leaveRadius >= radius && Number.isFinite(leaveRadius)))
    throw new RangeError(`area: leaveRadius must be at least the radius ${radius}, got ${leaveRadius}`);
  if (bounds !== undefined && !(bounds.minX < bounds.maxX && bounds.minY < bounds.maxY))
    throw new RangeError(`area: bounds must have an inside, got ${JSON.stringify(bounds)}`);
  return { ...options, kind: 'area', leaveRadius };
}

/** Only its player sees it. */
export function owner<E>(options: OwnerOptions<E> = {}): OwnerPolicy<E> {
  return { ...options, kind: 'owner' };
}
