/** What a server under attack writes: how much, its longest line, and the exceptions that reached its process. */

/** As abuse-preload.ts tells them. */
const STRAY = /^stray (\w+): (.*)$/;
const WEIGHED = /^weighed (\d+)$/;
const MOST_KEPT = 20;

export class LogMeter {
  bytes = 0;
  longestLine = 0;
  /** The first of them, in words. */
  readonly strays: string[] = [];
  /** The latest answer to abuse-weigh.ts, in bytes. */
  weighed: number | undefined;
  #line = '';

  add(chunk: Buffer): void {
    this.bytes += chunk.length;
    const lines = (this.#line + chunk.toString('latin1')).split('\n');
    this.#line = lines.pop() ?? '';
    for (const line of lines) this.#take(line);
    this.longestLine = Math.max(this.longestLine, this.#line.length);
  }

  #take(line: string): void {
    this.longestLine = Math.max(this.longestLine, line.length);
    const weighed = WEIGHED.exec(line)?.[1];
    if (weighed !== undefined) this.weighed = Number(weighed);
    const [, event, words] = STRAY.exec(line) ?? [];
    if (event !== undefined && this.strays.length < MOST_KEPT) this.strays.push(`${event}: ${words}`);
  }
}
