/** Which bots play which room. A room that is not named here is played like an arena. */
import { arenaBots } from './arena.ts';
import type { BotKind } from './bot.ts';
import { worldBots } from './world.ts';

const KINDS: Readonly<Record<string, BotKind>> = { arena: arenaBots, world: worldBots };

export function botKind(roomName: string): BotKind {
  return (Object.hasOwn(KINDS, roomName) ? KINDS[roomName] : undefined) ?? arenaBots;
}
