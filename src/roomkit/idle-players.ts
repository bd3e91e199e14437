/**
 * Players who send nothing leave: Colyseus's plugin idle-kick in every GameRoom that has none of its own. A page that
 * plays sends an input at each tick, whoever stands still or only watches included, so this ends what is left open in a
 * hidden tab, and what never played.
 */
import { type Client, ClientState, type RoomPlugin } from '@colyseus/core';
import { IdleKickPlugin } from 'colyseus/plugins/idle-kick';
import { ERRORS } from '../kernel/errors.ts';

export interface IdleOptions {
  /** 0: nobody has to leave. */
  readonly idleTimeoutMs: number;
  /** Told of each that leaves. */
  readonly left: () => void;
}

interface WithPlugins {
  plugins?: Readonly<Record<string, RoomPlugin>>;
}

/** To be called before Colyseus wires the plugins of a room. */
export function letIdlePlayersLeave(room: object, { idleTimeoutMs, left }: IdleOptions): void {
  const { plugins = {} } = room as WithPlugins;
  if (idleTimeoutMs === 0 || Object.values(plugins).some((plugin) => plugin instanceof IdleKickPlugin)) return;
  const idleKick = new IdleKickPlugin({
    timeoutMs: idleTimeoutMs,
    closeCode: ERRORS.IDLE.code,
    reason: ERRORS.IDLE.message,
    // It has nothing of them yet: a player who came back counts as silent since ever.
    isExempt: (client: Client) => client.state !== ClientState.JOINED,
    onKick: left,
  });
  (room as WithPlugins).plugins = { ...plugins, idleKick };
}
