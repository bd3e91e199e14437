/** Small pictures painted once and stamped many times: glows, smoke, gears, fighters. Sizes are in world units. */
import { alpha, COLORS, fighterColor, shade } from './palette.ts';

export interface Sprite {
  readonly image: HTMLCanvasElement;
  /** Width and height in world units; the middle is the anchor. */
  readonly size: number;
}

/** Pixels for one unit: enough for any zoom and pixel ratio in use. */
const SCALE = 2;

/** Paints a sprite of `size` units; the middle is at 0, 0. */
export function sprite(size: number, paint: (context: CanvasRenderingContext2D) => void): Sprite {
  const image = document.createElement('canvas');
  image.width = size * SCALE;
  image.height = size * SCALE;
  const context = image.getContext('2d')!;
  context.setTransform(SCALE, 0, 0, SCALE, image.width / 2, image.height / 2);
  paint(context);
  return { image, size };
}

/** Stamps a sprite with its middle at `x, y`, `scale` times its size. */
export function stamp(
  context: CanvasRenderingContext2D,
  { image, size }: Sprite,
  x: number,
  y: number,
  scale = 1,
): void {
  const drawn = size * scale;
  context.drawImage(image, x - drawn / 2, y - drawn / 2, drawn, drawn);
}

/** The same, turned by `angle`. Leaves the transform as it was. */
export function stampTurned(
  context: CanvasRenderingContext2D,
  { image, size }: Sprite,
  x: number,
  y: number,
  angle: number,
): void {
  context.translate(x, y);
  context.rotate(angle);
  context.drawImage(image, -size / 2, -size / 2, size, size);
  context.rotate(-angle);
  context.translate(-x, -y);
}

/** A soft round light that ends in nothing. */
export function glowSprite(color: string, size: number, core = 0.9): Sprite {
  return sprite(size, (context) => {
    const light = context.createRadialGradient(0, 0, 0, 0, 0, size / 2);
    light.addColorStop(0, alpha(color, core));
    light.addColorStop(0.35, alpha(color, core * 0.38));
    light.addColorStop(1, alpha(color, 0));
    context.fillStyle = light;
    context.fillRect(-size / 2, -size / 2, size, size);
  });
}

/** A gear with `teeth` teeth: a ring, six spokes and a hub, with `light` on its edges. */
export function gearSprite(radius: number, teeth: number, color: string, light: string): Sprite {
  return sprite(radius * 2 + 6, (context) => {
    context.fillStyle = color;
    context.strokeStyle = light;
    context.lineWidth = 1.5;
    context.beginPath();
    gearOutline(context, radius, teeth);
    context.closePath();
    for (let i = 0; i < 6; i++) gearWindow(context, radius, (i * Math.PI) / 3);
    context.fill('evenodd');
    context.stroke();
    circle(context, 0, 0, radius * 0.2);
    context.stroke();
    context.fillStyle = '#0d0704';
    circle(context, 0, 0, radius * 0.09);
    context.fill();
  });
}

function gearOutline(context: CanvasRenderingContext2D, radius: number, teeth: number): void {
  const pitch = (Math.PI * 2) / teeth;
  const root = radius - 9;
  for (let i = 0; i < teeth; i++) {
    for (const [share, reach] of [
      [0, root],
      [0.22, root],
      [0.34, radius],
      [0.66, radius],
      [0.78, root],
    ] as const) {
      context.lineTo(Math.cos((i + share) * pitch) * reach, Math.sin((i + share) * pitch) * reach);
    }
  }
}

/** One of the openings between the spokes. */
function gearWindow(context: CanvasRenderingContext2D, radius: number, angle: number): void {
  const [inner, outer] = [radius * 0.34, radius * 0.7];
  context.moveTo(Math.cos(angle + 0.24) * inner, Math.sin(angle + 0.24) * inner);
  context.arc(0, 0, outer, angle + 0.12, angle + Math.PI / 3 - 0.12);
  context.arc(0, 0, inner, angle + Math.PI / 3 - 0.24, angle + 0.24, true);
  context.closePath();
}

/** The bars over a gear pit, with a rim of brass. */
export function grateSprite(radius: number): Sprite {
  return sprite(radius * 2 + 8, (context) => {
    context.save();
    circle(context, 0, 0, radius);
    context.clip();
    for (let at = -radius + 20; at < radius; at += 27) {
      context.fillStyle = '#0f0b08';
      context.fillRect(at, -radius, 6, radius * 2);
      context.fillStyle = '#574b40';
      context.fillRect(at, -radius, 2, radius * 2);
    }
    context.fillStyle = '#15100c';
    context.fillRect(-radius, -5, radius * 2, 10);
    context.fillStyle = '#4a4038';
    context.fillRect(-radius, -5, radius * 2, 2);
    context.restore();
    context.lineWidth = 5;
    context.strokeStyle = COLORS.brassDark;
    circle(context, 0, 0, radius);
    context.stroke();
    context.lineWidth = 1.5;
    context.strokeStyle = alpha(COLORS.brass, 0.8);
    circle(context, 0, 0, radius - 2);
    context.stroke();
  });
}

/** A rocket that flies to the east. */
export function rocketSprite(): Sprite {
  return sprite(40, (context) => {
    context.fillStyle = '#20140a';
    context.beginPath();
    context.moveTo(-12, -7);
    context.lineTo(-5, -4);
    context.lineTo(-5, 4);
    context.lineTo(-12, 7);
    context.fill();
    const metal = context.createLinearGradient(0, -6, 0, 6);
    metal.addColorStop(0, COLORS.brassBright);
    metal.addColorStop(0.5, COLORS.brass);
    metal.addColorStop(1, COLORS.brassDark);
    context.fillStyle = metal;
    context.strokeStyle = '#20140a';
    context.lineWidth = 1.6;
    context.beginPath();
    context.moveTo(-10, -4.5);
    context.lineTo(5, -4.5);
    context.quadraticCurveTo(14, -3, 16, 0);
    context.quadraticCurveTo(14, 3, 5, 4.5);
    context.lineTo(-10, 4.5);
    context.closePath();
    context.fill();
    context.stroke();
    context.fillStyle = COLORS.danger;
    context.fillRect(1, -4.2, 3, 8.4);
  });
}

/** A fighter who looks to the east: a person with a brass helmet and a crest, or a machine of iron with one eye. */
export function fighterSprite(colorIndex: number, machine: boolean): Sprite {
  const color = fighterColor(colorIndex);
  return sprite(84, (context) => {
    context.lineJoin = 'round';
    paintWeapon(context);
    paintTorso(context, color);
    paintShoulders(context, color, machine);
    if (machine) paintIronHead(context, color);
    else paintHelmet(context, color);
  });
}

function paintWeapon(context: CanvasRenderingContext2D): void {
  context.fillStyle = '#2b241f';
  context.strokeStyle = '#0d0805';
  context.lineWidth = 2.4;
  context.beginPath();
  context.roundRect(10, -4.5, 23, 9, 2);
  context.fill();
  context.stroke();
  context.fillStyle = '#5d534a';
  context.fillRect(12, -3.4, 19, 2);
  context.fillStyle = COLORS.brass;
  context.fillRect(27, -4.5, 4, 9);
}

function paintTorso(context: CanvasRenderingContext2D, color: string): void {
  const skin = context.createRadialGradient(-6, -7, 2, 0, 0, 22);
  skin.addColorStop(0, shade(color, 0.4));
  skin.addColorStop(0.6, color);
  skin.addColorStop(1, shade(color, -0.45));
  context.fillStyle = skin;
  context.strokeStyle = '#120a05';
  context.lineWidth = 2.6;
  circle(context, 0, 0, 19);
  context.fill();
  context.stroke();
}

function paintShoulders(context: CanvasRenderingContext2D, color: string, machine: boolean): void {
  for (const side of [-1, 1]) {
    context.fillStyle = machine ? '#57504a' : shade(color, -0.3);
    context.strokeStyle = '#120a05';
    context.lineWidth = 2;
    context.beginPath();
    context.ellipse(2, side * 14, 8.5, 6, side * 0.25, 0, Math.PI * 2);
    context.fill();
    context.stroke();
    context.strokeStyle = machine ? '#8d837a' : COLORS.brass;
    context.lineWidth = 1.4;
    context.beginPath();
    context.ellipse(2, side * 14, 5.6, 3.4, side * 0.25, 0, Math.PI * 2);
    context.stroke();
  }
}

function paintHelmet(context: CanvasRenderingContext2D, color: string): void {
  const brass = context.createRadialGradient(-3, -4, 1, 0, 0, 12);
  brass.addColorStop(0, '#fff0c4');
  brass.addColorStop(0.5, '#dfae55');
  brass.addColorStop(1, '#7a5320');
  context.fillStyle = brass;
  context.strokeStyle = '#1c1006';
  context.lineWidth = 2;
  circle(context, 1, 0, 10.5);
  context.fill();
  context.stroke();
  context.fillStyle = '#1c1006';
  context.beginPath();
  context.roundRect(6.5, -5.5, 3, 4.5, 1);
  context.roundRect(6.5, 1, 3, 4.5, 1);
  context.fill();
  context.fillStyle = shade(color, -0.2);
  context.beginPath();
  context.ellipse(-4, 0, 11, 3.6, 0, 0, Math.PI * 2);
  context.fill();
  context.stroke();
  context.fillStyle = shade(color, 0.45);
  context.fillRect(-12, -1, 16, 2);
}

function paintIronHead(context: CanvasRenderingContext2D, color: string): void {
  const iron = context.createRadialGradient(-3, -4, 1, 0, 0, 12);
  iron.addColorStop(0, '#b5aca2');
  iron.addColorStop(0.55, '#6b625a');
  iron.addColorStop(1, '#2f2925');
  context.fillStyle = iron;
  context.strokeStyle = '#120a05';
  context.lineWidth = 2;
  context.beginPath();
  for (let i = 0; i < 6; i++) context.lineTo(11 * Math.cos((i * Math.PI) / 3), 11 * Math.sin((i * Math.PI) / 3));
  context.closePath();
  context.fill();
  context.stroke();
  context.fillStyle = '#1a0d06';
  circle(context, 5, 0, 4);
  context.fill();
  context.fillStyle = shade(color, 0.35);
  circle(context, 5.5, 0, 2.5);
  context.fill();
}

function circle(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, Math.PI * 2);
}
