/** Numbers that are listed anew in every tick: emptying it keeps its memory, as emptying an array does not. */
export class NumberList {
  numbers = new Int32Array(8);
  count = 0;

  clear(): void {
    this.count = 0;
  }

  push(value: number): void {
    if (this.count === this.numbers.length) {
      const numbers = new Int32Array(this.count * 2);
      numbers.set(this.numbers);
      this.numbers = numbers;
    }
    this.numbers[this.count++] = value;
  }

  at(index: number): number {
    return this.numbers[index]!;
  }
}
