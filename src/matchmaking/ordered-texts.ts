/** A set of texts in order: a sorted array, searched by halves. Inserting moves what comes after, which is a memmove. */
export class OrderedTexts {
  readonly #texts: string[] = [];

  add(text: string): void {
    const at = this.#position(text);
    if (this.#texts[at] !== text) this.#texts.splice(at, 0, text);
  }

  delete(text: string): void {
    const at = this.#position(text);
    if (this.#texts[at] === text) this.#texts.splice(at, 1);
  }

  get size(): number {
    return this.#texts.length;
  }

  /** In order; undefined past the end. */
  at(index: number): string | undefined {
    return this.#texts[index];
  }

  /** Where the text is, or would be. */
  #position(text: string): number {
    let [from, to] = [0, this.#texts.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.#texts[middle]! < text) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
