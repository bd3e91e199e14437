/**
 * The ports that features speak through, and their plainest versions. What stands behind them (a terminal, a metrics
 * system, the machine's clock) is decided in main; tests put recording versions in.
 */

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface LogFields {
  readonly [field: string]: string | number | boolean | undefined;
}

/** Structured log lines: a constant message, and what varies as fields. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields, cause?: unknown): void;
}

/** Labels have few values each: names of rooms and callbacks, never ids. */
export interface Labels {
  readonly [label: string]: string;
}

/** Where numbers about the running server go. Names are Prometheus style: `hypogeum_<what>_<unit>`. */
export interface Meter {
  /** Adds to a counter that only grows. */
  count(name: string, by?: number, labels?: Labels): void;
  /** Sets a value that goes up and down. */
  gauge(name: string, value: number, labels?: Labels): void;
  /** Records one measurement of a distribution. */
  observe(name: string, value: number, labels?: Labels): void;
}

/** Monotonic milliseconds with fractions. Zero is arbitrary. */
export interface Clock {
  now(): number;
}

/**
 * The way of state to one client. live: patches go. congested: too much is under way, nothing is sent. resyncing: the line
 * is free again, or new, and the next state frame brings the client up to date. gone: closed.
 */
export interface StateLine {
  readonly state: 'live' | 'congested' | 'resyncing' | 'gone';
  /** Asked once a patch: whether a state frame may be sent now. A live line turns congested here when it is full. */
  ready(): boolean;
  /** Sends a state frame. The buffer is the line's from now on: nobody writes to it again. */
  sendState(frame: Buffer): void;
  /** What was sent so far is not enough to go on from; messages wait until the next state frame. */
  resync(): void;
  /** Milliseconds; undefined before the first answer. The line itself, and the newest frames with what they waited for. */
  readonly roundTripMs: number | undefined;
  readonly deliveryMs: number | undefined;
}

/** Asked about each frame that a client sent, before it is looked at. False: it is dropped, or the client is already closed. */
export interface FrameGate {
  /** The client was closed for what it sent. */
  readonly isShut: boolean;
  /** A message, a request, or whatever is no input and no ping. */
  message(bytes: number): boolean;
  /** An input to a room of so many ticks a second; undefined when it does not say. */
  input(bytes: number, tickRate: number | undefined): boolean;
  /** A ping of the WebSocket or of the room protocol, or a pong that answers no ping of ours. */
  ping(): boolean;
  /** A frame that was admitted could not be read, or there is no handler for it. True: this client may still be answered. */
  offence(): boolean;
}

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
export const noMeter: Meter = { count() {}, gauge() {}, observe() {} };
