/** The strokes that pictures of the world are made of. */

export type Paint = CanvasRenderingContext2D;

export function disc(context: Paint, x: number, y: number, radius: number): void {
  context.arc(x, y, radius, 0, Math.PI * 2);
}

export function ring(context: Paint, x: number, y: number, radius: number): void {
  context.moveTo(x + radius, y);
  context.arc(x, y, radius, 0, Math.PI * 2);
}

export function line(context: Paint, x: number, y: number, toX: number, toY: number): void {
  context.moveTo(x, y);
  context.lineTo(toX, toY);
}

export function fill(context: Paint, shape: () => void): void {
  context.beginPath();
  shape();
  context.fill();
}

export function outline(context: Paint, color: string, width: number, shape: () => void): void {
  context.strokeStyle = color;
  context.lineWidth = width;
  fill(context, shape);
  context.stroke();
}

export function stroke(context: Paint, color: string, width: number, shape: () => void): void {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.lineCap = 'round';
  context.beginPath();
  shape();
  context.stroke();
}
