/** A binary min-heap by deadline: which room is next, in O(log n), without allocating. */

export interface HasDeadline {
  readonly nextAt: number;
}

export class DeadlineHeap<T extends HasDeadline> {
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    this.#items.push(item);
    this.#rise(this.#items.length - 1);
  }

  /** To call after the first item's deadline moved: it finds its new place. */
  sinkFirst(): void {
    this.#sink(0);
  }

  /** O(n); rooms end rarely. False when the item is not here. */
  remove(item: T): boolean {
    const at = this.#items.indexOf(item);
    if (at < 0) return false;
    const last = this.#items.pop()!;
    if (last !== item) {
      this.#items[at] = last;
      this.#rise(at);
      this.#sink(at);
    }
    return true;
  }

  #rise(from: number): void {
    const items = this.#items;
    const item = items[from]!;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (items[parent]!.nextAt <= item.nextAt) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = item;
  }

  #sink(from: number): void {
    const items = this.#items;
    const item = items[from];
    if (item === undefined) return;
    let at = from;
    for (let child = 2 * at + 1; child < items.length; child = 2 * at + 1) {
      const right = child + 1;
      if (right < items.length && items[right]!.nextAt < items[child]!.nextAt) child = right;
      if (item.nextAt <= items[child]!.nextAt) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = item;
  }
}
