/** What the processes of the fan-out bench agree on, and what they tell each other over IPC. Plain data. */

export const PATCH_RATE = 20;

/** game: a GameRoom on Hypogeum. room: a stock Room class on Hypogeum. stock: the same on Colyseus. floor: a bare ws loop. */
export const VARIANTS = ['game', 'room', 'stock', 'floor'] as const;
export type Variant = (typeof VARIANTS)[number];

export type ToServer =
  | { readonly type: 'start'; readonly variant: Variant; readonly patchBytes: number }
  | { readonly type: 'measure' }
  | { readonly type: 'result' };

export type FromServer =
  /** `patchBytes` as they go over the socket, the protocol byte included, without WebSocket header. */
  | { readonly type: 'ready'; readonly port: number; readonly roomId: string; readonly patchBytes: number }
  /** CPU of the server process since `measure`. */
  | { readonly type: 'result'; readonly userUs: number; readonly systemUs: number };
