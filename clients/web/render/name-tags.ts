/** Names over bodies, kept as pictures: text is slow to draw, and changes rarely. */
import { COLORS } from './palette.ts';

interface NameTag {
  readonly image: HTMLCanvasElement;
  readonly name: string;
  readonly width: number;
}

const FONT = '600 13px "Avenir Next", "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
const HEIGHT = 22;

export class NameTags {
  readonly #tags = new Map<string, NameTag>();

  /** Draws the name of whoever has this id, with its middle at `x, y`. */
  draw(context: CanvasRenderingContext2D, id: string, name: string, x: number, y: number): void {
    const tag = this.#tag(id, name);
    context.drawImage(tag.image, x - tag.width / 2, y - HEIGHT / 2, tag.width, HEIGHT);
  }

  forget(id: string): void {
    this.#tags.delete(id);
  }

  clear(): void {
    this.#tags.clear();
  }

  #tag(id: string, name: string): NameTag {
    const known = this.#tags.get(id);
    if (known?.name === name) return known;
    const tag = paintTag(name);
    this.#tags.set(id, tag);
    return tag;
  }
}

/** The only way a name gets onto the canvas: as text. */
function paintTag(name: string): NameTag {
  const scale = 3;
  const image = document.createElement('canvas');
  const context = image.getContext('2d')!;
  context.font = FONT;
  const width = Math.ceil(context.measureText(name).width) + 10;
  image.width = width * scale;
  image.height = HEIGHT * scale;
  context.scale(scale, scale);
  context.font = FONT;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  context.lineWidth = 3.5;
  context.strokeStyle = 'rgb(14 8 4 / 78%)';
  context.strokeText(name, width / 2, HEIGHT / 2);
  context.fillStyle = COLORS.text;
  context.fillText(name, width / 2, HEIGHT / 2);
  return { image, name, width };
}
