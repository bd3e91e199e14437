/** The metrics port on plain numbers in memory: what a test reads, and what an exporter will. */
import type { Labels, Meter } from '../kernel/ports.ts';

export interface Counters extends Meter {
  /** The sum of a counter over the label sets that contain `labels`; 0 when it never counted. */
  total(name: string, labels?: Labels): number;
}

interface Series {
  readonly labels: Labels;
  value: number;
}

const NO_LABELS: Labels = Object.freeze({});

export function createCounters(): Counters {
  const series = new Map<string, Map<string, Series>>();
  const at = (name: string, labels: Labels): Series => {
    const named = getOrSet(series, name, () => new Map<string, Series>());
    return getOrSet(named, JSON.stringify(labels), () => ({ labels, value: 0 }));
  };
  return {
    count(name, by = 1, labels = NO_LABELS) {
      at(name, labels).value += by;
    },
    gauge(name, value, labels = NO_LABELS) {
      at(name, labels).value = value;
    },
    observe(name, value, labels = NO_LABELS) {
      at(`${name}_sum`, labels).value += value;
      at(`${name}_count`, labels).value += 1;
    },
    total(name, labels = NO_LABELS) {
      const wanted = Object.entries(labels);
      const all = [...(series.get(name)?.values() ?? [])];
      return all
        .filter((one) => wanted.every(([label, value]) => one.labels[label] === value))
        .reduce((sum, one) => sum + one.value, 0);
    },
  };
}

function getOrSet<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
