/** The colours of the arena: sand, stone, brass and fire, and one colour for each of the sixteen fighters. */

export const COLORS = {
  night: '#0b0705',
  sandLight: '#a27b4b',
  sand: '#84633f',
  sandDark: '#563f29',
  stone: '#4a3d30',
  stoneLight: '#6a5945',
  stoneDark: '#241a12',
  brass: '#dba94a',
  brassBright: '#ffe0a0',
  brassDark: '#7c5723',
  iron: '#3a3531',
  fire: '#ffb04a',
  ember: '#ff6a28',
  tracer: '#fff0bf',
  health: '#7fd068',
  haste: '#7fe9f2',
  danger: '#ff4a30',
  text: '#f6e7c6',
} as const;

/** By `Player.color`. Neighbours in the list are far apart in hue and lightness. */
export const FIGHTER_COLORS: readonly string[] = [
  '#f2564a',
  '#4fb1f2',
  '#f6c343',
  '#5fcf7c',
  '#bb7bea',
  '#ff9346',
  '#4cd9cb',
  '#f58bb8',
  '#a8dc4c',
  '#7c8cf5',
  '#efe0bf',
  '#d9704a',
  '#9cc7e6',
  '#e3e56a',
  '#c9a27e',
  '#ffb3a6',
];

export function fighterColor(index: number): string {
  return FIGHTER_COLORS[index % FIGHTER_COLORS.length]!;
}

/** Mixes a `#rrggbb` colour with white (share above 0) or black (below). */
export function shade(color: string, share: number): string {
  const target = share > 0 ? 255 : 0;
  const amount = Math.abs(share);
  const channel = (start: number) => {
    const value = Number.parseInt(color.slice(start, start + 2), 16);
    return Math.round(value + (target - value) * amount);
  };
  return `rgb(${channel(1)} ${channel(3)} ${channel(5)})`;
}

/** A `#rrggbb` colour with an alpha, 0 to 1. */
export function alpha(color: string, opacity: number): string {
  const byte = Math.round(opacity * 255);
  return `${color}${byte.toString(16).padStart(2, '0')}`;
}
