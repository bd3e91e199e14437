/**
 * A set of texts in order, in chunks: each is found by halves, and only what is in it moves when a text comes or goes. One
 * sorted array would move all that comes after, which at 10,000 rooms costs ten times as much.
 */

/** A chunk that has more is cut in halves. */
const MOST_IN_CHUNK = 512;

export class OrderedTexts {
  /** In order, none of them empty. */
  readonly #chunks: string[][] = [];

  get isEmpty(): boolean {
    return this.#chunks.length === 0;
  }

  add(text: string): void {
    const at = this.#chunkOf(text);
    const chunk = this.#chunks[at];
    if (chunk === undefined) {
      this.#chunks.push([text]);
      return;
    }
    const position = placeOf(text, chunk);
    if (chunk[position] === text) return;
    chunk.splice(position, 0, text);
    if (chunk.length > MOST_IN_CHUNK) this.#chunks.splice(at + 1, 0, chunk.splice(MOST_IN_CHUNK / 2));
  }

  delete(text: string): void {
    const at = this.#chunkOf(text);
    const chunk = this.#chunks[at];
    if (chunk === undefined) return;
    const position = placeOf(text, chunk);
    if (chunk[position] !== text) return;
    chunk.splice(position, 1);
    if (chunk.length === 0) this.#chunks.splice(at, 1);
  }

  /** The first of all, or the first behind a text, which need not be there; undefined when there is none. */
  first(after?: string): string | undefined {
    if (after === undefined) return this.#chunks[0]?.[0];
    const at = this.#chunkOf(after);
    const chunk = this.#chunks[at] ?? [];
    const position = placeOf(after, chunk);
    return chunk[chunk[position] === after ? position + 1 : position] ?? this.#chunks[at + 1]?.[0];
  }

  /** Which chunk the text is in, or would be: the last that begins with it or before it, else the first. */
  #chunkOf(text: string): number {
    let [from, to] = [0, this.#chunks.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.#chunks[middle]![0]! <= text) from = middle + 1;
      else to = middle;
    }
    return Math.max(0, from - 1);
  }
}

/** Where the text is in these, or would be. */
function placeOf(text: string, texts: readonly string[]): number {
  let [from, to] = [0, texts.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (texts[middle]! < text) from = middle + 1;
    else to = middle;
  }
  return from;
}
