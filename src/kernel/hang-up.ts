/** The end of a connection that is not wanted. Structural, because the kernel knows no sockets of Node. */
interface Line {
  on(event: 'error', listener: () => void): unknown;
  end(text: string, whenWritten: () => void): unknown;
  destroy(): unknown;
}

/** For who does not read: what comes before the last words may never be written. */
export const LAST_WORDS_MS = 1000;

/** Says the last words and ends as soon as they are written, or after a moment: the other side may never do it. */
export function hangUp(line: Line, lastWords: string): void {
  line.on('error', () => line.destroy());
  line.end(lastWords, () => line.destroy());
  setTimeout(() => line.destroy(), LAST_WORDS_MS).unref();
}
