/**
 * What an admin can do, in all processes: show players out, ban, close rooms, see who plays where. Every act is logged in
 * one line. Who may do it is the gate's business. Rules: SPEC.md (ID12).
 */
import { CloseCodes } from '../kernel/errors.ts';
import type { LogFields, Logger, Meter } from '../kernel/ports.ts';
import type { BanList } from './ban-list.ts';
import type { Ban, Subject } from './bans.ts';
import type { PlayerRow, Players } from './colyseus-players.ts';

/** Whom an admin means: of these one is given. */
export interface Meant {
  readonly identity?: string | undefined;
  readonly address?: string | undefined;
  readonly sessionId?: string | undefined;
}

export interface Answer<T> {
  readonly processId: string;
  /** Undefined when the process did not answer. */
  readonly value: T | undefined;
}

export interface AdminDeps {
  readonly bans: BanList;
  /** Asks every process, this one included, for what `adminAnswers` has under this name. */
  readonly everywhere: <T>(method: string, args: readonly unknown[]) => Promise<readonly Answer<T>[]>;
  /** The rows of all rooms of all processes. @throws when they cannot be read now. */
  readonly rooms: () => Promise<readonly object[]>;
  /** The settings of this process, secrets hidden. */
  readonly limits: () => readonly object[];
  readonly logger: Logger;
  readonly meter: Meter;
}

const [KICK, CLOSE_ROOM, PLAYERS] = ['admin kick', 'admin close room', 'admin players'] as const;
/** Of one process, in one answer. */
const MOST_PLAYERS = 1000;

/** What a process does when another's admin asks. */
export function adminAnswers(players: Players, bans: BanList) {
  return {
    async [KICK](meant: unknown, reason: unknown): Promise<number> {
      const isMeant = whoIs(meant as Meant, bans);
      return players.showOut(isMeant, CloseCodes.kicked, String(reason));
    },
    async [CLOSE_ROOM](roomId: unknown): Promise<boolean> {
      return players.closeRoom(String(roomId));
    },
    async [PLAYERS](roomId: unknown): Promise<PlayerRow[]> {
      return players.list(MOST_PLAYERS, typeof roomId === 'string' ? roomId : undefined);
    },
  };
}

export class Admin {
  readonly #deps: AdminDeps;

  constructor(deps: AdminDeps) {
    this.#deps = deps;
  }

  /** Ends sessions and seats kept; who it was may come again. `silent`: processes that did not answer. */
  async kick(meant: Meant, reason: string, by: string): Promise<{ kicked: number; silent: string[] }> {
    const { values, silent } = await this.#ask<number>(KICK, [meant, reason]);
    const kicked = values.reduce((sum, value) => sum + value, 0);
    this.#log('kick', by, { ...meant, reason, kicked, silent: silent.length });
    return { kicked, silent };
  }

  /** Shows them out too, at every process as soon as it hears of it. @throws when the store is away. */
  async ban(subject: Subject, reason: string, seconds: number | undefined, by: string): Promise<{ ban: Ban }> {
    const ban = await this.#deps.bans.ban(subject, reason, seconds);
    this.#log('ban', by, { ...subject, reason, seconds });
    return { ban };
  }

  /** @throws when the store is away. */
  async unban(subject: Subject, by: string): Promise<{ removed: boolean }> {
    const removed = await this.#deps.bans.unban(subject);
    this.#log('unban', by, { ...subject, removed });
    return { removed };
  }

  async closeRoom(roomId: string, by: string): Promise<{ closed: boolean; silent: string[] }> {
    const { values, silent } = await this.#ask<boolean>(CLOSE_ROOM, [roomId]);
    const closed = values.includes(true);
    this.#log('close room', by, { roomId, closed });
    return { closed, silent };
  }

  async players(roomId: string | undefined, by: string): Promise<{ players: PlayerRow[]; silent: string[] }> {
    const { values, silent } = await this.#ask<PlayerRow[]>(PLAYERS, [roomId]);
    const players = values.flat();
    this.#log('players', by, { roomId, players: players.length });
    return { players, silent };
  }

  async rooms(by: string): Promise<{ rooms: readonly object[] }> {
    const rooms = await this.#deps.rooms();
    this.#log('rooms', by, { rooms: rooms.length });
    return { rooms };
  }

  bans(by: string): { bans: readonly Ban[] } {
    const bans = this.#deps.bans.all();
    this.#log('bans', by, { bans: bans.length });
    return { bans };
  }

  limits(by: string): { limits: readonly object[] } {
    this.#log('limits', by, {});
    return { limits: this.#deps.limits() };
  }

  async #ask<T>(method: string, args: readonly unknown[]): Promise<{ values: T[]; silent: string[] }> {
    const answers = await this.#deps.everywhere<T>(method, args);
    return {
      values: answers.flatMap(({ value }) => (value === undefined ? [] : [value])),
      silent: answers.flatMap(({ value, processId }) => (value === undefined ? [processId] : [])),
    };
  }

  #log(action: string, by: string, fields: LogFields): void {
    this.#deps.meter.count('hypogeum_admin_actions_total', 1, { action });
    // A kind of line for each: many of one leave room for the others.
    this.#deps.logger.info(`admin: ${action}`, { by, ...fields });
  }
}

function whoIs({ identity, address, sessionId }: Meant, bans: BanList): (row: PlayerRow) => boolean {
  if (sessionId !== undefined) return (row) => row.sessionId === sessionId;
  const subject: Subject =
    identity !== undefined ? { kind: 'identity', subject: identity } : { kind: 'address', subject: address ?? '' };
  const meant = bans.normal(subject);
  return (row) => bans.concerns(meant, row);
}
