/**
 * Stands before all that one socket sends: asks its budget about every frame, counts what is dropped, and ends the
 * connection when the budget says so. Whoever reads frames asks here first; false means not to look at this one.
 */
import { ERRORS, type ErrorKind } from '../kernel/errors.ts';
import type { Clock, FrameGate } from '../kernel/ports.ts';
import { FrameBudget, type FrameLimits, type Verdict } from './frame-budget.ts';
import type { LimitLog } from './limit-log.ts';

export interface FrameGateDeps {
  readonly clock: Clock;
  readonly log: LimitLog;
}

export class BudgetGate implements FrameGate {
  readonly #deps: FrameGateDeps;
  readonly #budget: FrameBudget;
  readonly #eject: (why: ErrorKind) => void;
  #isShut = false;

  /** @param eject ends the connection; called once. */
  constructor(deps: FrameGateDeps, limits: FrameLimits, eject: (why: ErrorKind) => void) {
    this.#deps = deps;
    this.#budget = new FrameBudget(limits, this.#now());
    this.#eject = eject;
  }

  get isShut(): boolean {
    return this.#isShut;
  }

  message(bytes: number): boolean {
    return !this.#isShut && this.#admits(this.#budget.message(bytes, this.#now()), 'messages');
  }

  input(bytes: number, tickRate: number | undefined): boolean {
    return !this.#isShut && this.#admits(this.#budget.input(bytes, tickRate, this.#now()), 'inputs');
  }

  ping(): boolean {
    return !this.#isShut && this.#admits(this.#budget.ping(this.#now()), 'pings');
  }

  offence(): boolean {
    return !this.#isShut && this.#admits(this.#budget.offence(this.#now()), 'offences');
  }

  /** Whole milliseconds: a frame shall cost no memory. */
  #now(): number {
    return Math.floor(this.#deps.clock.now());
  }

  #admits(verdict: Verdict, what: string): boolean {
    if (verdict === 'pass') return true;
    this.#deps.log.bit(what);
    if (verdict === 'close') {
      this.#isShut = true;
      this.#deps.log.bit('frames');
      this.#eject(ERRORS.TOO_MANY_FRAMES);
    }
    return false;
  }
}
