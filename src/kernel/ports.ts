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

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
export const noMeter: Meter = { count() {}, gauge() {}, observe() {} };
