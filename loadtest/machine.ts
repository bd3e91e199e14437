/** What a result was measured on, and what a process used of it. Linux says it in /proc; elsewhere usage is unknown. */
import { readFileSync } from 'node:fs';
import os from 'node:os';

export interface Machine {
  readonly cpus: number;
  readonly model: string;
  readonly memoryGb: number;
  readonly platform: string;
  readonly node: string;
}

export function describeMachine(): Machine {
  return {
    cpus: os.availableParallelism(),
    model: os.cpus()[0]?.model ?? 'unknown',
    memoryGb: Math.round(os.totalmem() / 2 ** 30),
    platform: `${os.platform()} ${os.release()} ${os.arch()}`,
    node: process.version,
  };
}

const BUSY_LIMIT = 0.95;

/** One process for each `botsAProcess` bots, while two cores stay free for the server and the system. */
export function defaultProcesses(bots: number, botsAProcess: number): number {
  const most = Math.max(1, os.availableParallelism() - 2);
  return Math.min(most, Math.ceil(bots / botsAProcess));
}

/** What one process used between `begin` and `end`. */
export interface ProcessUsage {
  /** Share of one core: 1 is all of it. */
  readonly cpu: number;
  /** Resident memory at the end and its highest value since the process began. */
  readonly memoryMb: number;
  readonly peakMemoryMb: number;
}

/** The kernel counts CPU time in ticks of 1/100 s (USER_HZ) on every platform Node runs on. */
const TICKS_PER_SECOND = 100;

export class ProcessMeter {
  readonly #pid: number;
  #ticks: number | undefined;
  #at = 0;

  constructor(pid: number) {
    this.#pid = pid;
  }

  begin(): void {
    this.#ticks = cpuTicks(this.#pid);
    this.#at = performance.now();
  }

  /** Undefined where there is no /proc, before `begin`, and when the process is gone. */
  end(): ProcessUsage | undefined {
    const ticks = cpuTicks(this.#pid);
    if (ticks === undefined || this.#ticks === undefined) return undefined;
    const seconds = (performance.now() - this.#at) / 1000;
    return { cpu: (ticks - this.#ticks) / TICKS_PER_SECOND / seconds, ...memory(this.#pid) };
  }
}

/** How busy all cores were, and how many cores' worth of that was programs that are no part of the test. */
export interface MachineUsage {
  /** 0 to 1. */
  readonly busy: number;
  /** Undefined when a part of the test runs where it cannot be seen. */
  readonly otherCores: number | undefined;
  /** Cores' worth of time that a hypervisor gave to other machines while this one wanted it ("steal"); 0 where unknown. */
  readonly stolenCores: number;
}

/** Watches the machine while something is measured on it. */
export class MachineMeter {
  readonly #ours: readonly ProcessMeter[];
  #before = cpuTimes();
  #stolenBefore = stolenSeconds();
  #at = 0;

  /** `pids`: the processes of the test beside this one. Undefined when not all of them are known. */
  constructor(pids: readonly number[] | undefined) {
    this.#ours = (pids === undefined ? [] : [process.pid, ...pids]).map((pid) => new ProcessMeter(pid));
  }

  begin(): void {
    this.#before = cpuTimes();
    this.#stolenBefore = stolenSeconds();
    this.#at = performance.now();
    for (const meter of this.#ours) meter.begin();
  }

  end(): MachineUsage {
    const after = cpuTimes();
    const total = after.total - this.#before.total;
    const busy = total === 0 ? 0 : 1 - (after.idle - this.#before.idle) / total;
    const stolenCores = (stolenSeconds() - this.#stolenBefore) / ((performance.now() - this.#at) / 1000);
    const ours = this.#ours.map((meter) => meter.end()?.cpu);
    if (ours.length === 0 || ours.includes(undefined)) return { busy, otherCores: undefined, stolenCores };
    const ourCores = ours.reduce<number>((sum, cpu) => sum + (cpu ?? 0), 0);
    return { busy, otherCores: Math.max(0, busy * os.cpus().length - ourCores), stolenCores };
  }
}

/** From this many cores on, other programs make timings worse than they are. */
const OTHER_CORES_LIMIT = 0.5;
/** Stolen time comes in pauses of several milliseconds: a little of it moves a p99. */
const STOLEN_CORES_LIMIT = 0.03;

/** Why timings taken with this usage should not be believed; undefined when they should. */
export function doubtMachine({ busy, otherCores, stolenCores }: MachineUsage): string | undefined {
  if (stolenCores > STOLEN_CORES_LIMIT)
    return `the hypervisor took ${(stolenCores * 100).toFixed(0)} % of a core away meanwhile; not trustworthy`;
  if (otherCores !== undefined && otherCores > OTHER_CORES_LIMIT)
    return `other programs used ${otherCores.toFixed(1)} cores meanwhile; not trustworthy`;
  return busy > BUSY_LIMIT ? `all cores were ${Math.round(busy * 100)} % busy; not trustworthy` : undefined;
}

function cpuTimes(): { idle: number; total: number } {
  let idle = 0;
  let total = 0;
  for (const { times } of os.cpus()) {
    idle += times.idle;
    total += times.user + times.nice + times.sys + times.idle + times.irq;
  }
  return { idle, total };
}

/** The eighth number of the first line of /proc/stat, over all cores (proc(5)). */
function stolenSeconds(): number {
  return Number(read('/proc/stat')?.split('\n', 1)[0]?.split(/\s+/)[8] ?? 0) / TICKS_PER_SECOND;
}

/** utime + stime: fields 14 and 15 of /proc/PID/stat, counted after the name, which may hold spaces (proc(5)). */
function cpuTicks(pid: number): number | undefined {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

function memory(pid: number): { memoryMb: number; peakMemoryMb: number } {
  const status = read(`/proc/${pid}/status`) ?? '';
  const megabytes = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1024;
  return { memoryMb: Math.round(megabytes('VmRSS')), peakMemoryMb: Math.round(megabytes('VmHWM')) };
}

/** Bytes of a process in memory now; undefined where there is no /proc, and when it is gone. */
export function residentBytes(pid: number): number | undefined {
  const kibibytes = /^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`) ?? '')?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
