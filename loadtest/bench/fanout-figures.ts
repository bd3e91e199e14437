/** From the rounds of the fan-out bench to its figures and checks. Pure. Each figure is the median of the rounds. */
import type { MachineUsage } from '../machine.ts';
import { type Check, formatTable, round } from '../report.ts';
import { median } from '../statistics.ts';
import { VARIANTS, type Variant } from './fanout-messages.ts';
import type { FanoutRound } from './fanout-rounds.ts';

/** One variant: server CPU in microseconds for each patch that a client got, everything the process did included. */
export interface VariantFigures {
  readonly perPatchUs: number;
  readonly userUs: number;
  readonly systemUs: number;
  readonly patchesPerSecond: number;
  /** Cost over that of the floor and of stock in the same round. */
  readonly overFloor: number;
  readonly overStock: number;
}

export interface FanoutSize {
  /** Protocol byte included, WebSocket header not. */
  readonly patchBytes: number;
  readonly variants: Readonly<Record<Variant, VariantFigures>>;
  readonly machine: MachineUsage;
}

export type VariantRounds = Readonly<Record<Variant, readonly FanoutRound[]>>;

const OVER_FLOOR_LIMIT = 1.25;
const OVER_STOCK_LIMIT = 1;
const LESS_THAN_SENT = 0.95;

/** All variants have the same number of rounds. */
export function summarizeFanout(rounds: VariantRounds): FanoutSize {
  const figures = VARIANTS.map((variant) => [variant, summarizeVariant(rounds, variant)] as const);
  const machines = VARIANTS.flatMap((variant) => rounds[variant].map(({ machine }) => machine));
  return {
    patchBytes: rounds.game[0]?.patchBytes ?? 0,
    variants: Object.fromEntries(figures) as Record<Variant, VariantFigures>,
    machine: {
      busy: median(machines.map(({ busy }) => busy)),
      otherCores: median(machines.map(({ otherCores }) => otherCores ?? 0)),
      stolenCores: median(machines.map(({ stolenCores }) => stolenCores)),
    },
  };
}

/** `patchesPerSecond`: how many a second all clients together should have got. */
export function checkFanout(sizes: readonly FanoutSize[], patchesPerSecond: number): Check[] {
  return sizes.flatMap(({ patchBytes, variants }) => [
    ...(['game', 'room'] as const).flatMap((variant) => {
      const { overFloor, overStock } = variants[variant];
      return [
        checkAtMost(`${variant}-over-floor-${patchBytes}`, overFloor, OVER_FLOOR_LIMIT, 'of what a bare ws loop costs'),
        checkAtMost(`${variant}-over-stock-${patchBytes}`, overStock, OVER_STOCK_LIMIT, 'of what stock costs'),
      ];
    }),
    checkDelivered(patchBytes, variants, patchesPerSecond),
  ]);
}

export function formatFanout(sizes: readonly FanoutSize[]): string {
  const us = (value: number): string => `${value.toFixed(2)} us`;
  const tables = sizes.map(({ patchBytes, variants }) => {
    const row = (name: string, of: (figures: VariantFigures) => string): string[] => [
      name,
      ...VARIANTS.map((variant) => of(variants[variant])),
    ];
    const table = formatTable([
      ['', ...VARIANTS],
      row('server CPU a patch', ({ perPatchUs }) => us(perPatchUs)),
      row('  user', ({ userUs }) => us(userUs)),
      row('  system', ({ systemUs }) => us(systemUs)),
      row('of the floor', ({ overFloor }) => overFloor.toFixed(2)),
      row('of stock', ({ overStock }) => overStock.toFixed(2)),
      row('patches a second', ({ patchesPerSecond }) => patchesPerSecond.toFixed(0)),
    ]);
    return `patches of ${patchBytes} bytes, medians of the rounds\n${table}`;
  });
  return tables.join('\n');
}

function summarizeVariant(rounds: VariantRounds, variant: Variant): VariantFigures {
  const each = (of: (round: FanoutRound) => number): number => median(rounds[variant].map(of));
  const over = (base: Variant): number =>
    median(rounds[variant].map((one, i) => perPatch(one) / perPatch(rounds[base][i]!)));
  return {
    perPatchUs: each(perPatch),
    userUs: each(({ userUs, patches }) => userUs / patches),
    systemUs: each(({ systemUs, patches }) => systemUs / patches),
    patchesPerSecond: each(({ patches, seconds }) => patches / seconds),
    overFloor: over('floor'),
    overStock: over('stock'),
  };
}

function perPatch({ userUs, systemUs, patches }: FanoutRound): number {
  return (userUs + systemUs) / patches;
}

/** A variant that skips patches, ours by congestion or another by being late, would look cheap. */
function checkDelivered(patchBytes: number, variants: FanoutSize['variants'], expected: number): Check {
  const share = Math.min(...VARIANTS.map((variant) => variants[variant].patchesPerSecond)) / expected;
  const asked = `at least ${LESS_THAN_SENT} of all patches, in every variant`;
  return { id: `delivered-${patchBytes}`, asked, measured: round(share), ok: share >= LESS_THAN_SENT };
}

function checkAtMost(id: string, measured: number, limit: number, what: string): Check {
  return { id, asked: `at most ${limit} ${what}`, measured: round(measured), ok: measured <= limit };
}
