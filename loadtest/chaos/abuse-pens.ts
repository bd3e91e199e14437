/** Rooms that attackers are let into: a stock class and a GameRoom that count what reaches their handlers, and a public one. */
import { type Client, CloseCode, Room, validate } from '@colyseus/core';
import { schema, t } from '@colyseus/schema';
import { z } from 'zod';
import { ArenaInput } from '../../rooms/arena/state.ts';
import { GameRoom } from '../../src/roomkit/index.ts';

const PenState = schema({ ticks: t.uint32().default(0) }, 'PenState');
/** For those whose connection is lost, not for those who were thrown out. */
const RECONNECT_SECONDS = 20;
const TICK_RATE = 20;
export const PUBLIC_SEATS = 16;
/** Set on every object if a client got a property past all that parses. */
export const POLLUTION = 'hypogeumPolluted';

/** Messages and requests that reached a handler, of all pens of this process. */
const handled = { count: 0 };

/** Registered, so whoever sends these is within their rights; how often is the question. */
const handlers = {
  note: (): void => {
    handled.count++;
  },
  /** As a request it is answered with what was sent. */
  echo: (_client: Client, payload: unknown): unknown => {
    handled.count++;
    return payload;
  },
  /** For the watcher: how many, and whether every object of the process has a property that came from outside. */
  tally: (client: Client): void => {
    const told = Buffer.alloc(5);
    told.writeUInt32LE(handled.count);
    told[4] = POLLUTION in {} ? 1 : 0;
    client.sendBytes('tally', told);
  },
};

/** A GameRoom's handlers say what they take. */
const anything = z.unknown();

export class Pen extends Room<{ state: InstanceType<typeof PenState>; input: ArenaInput }> {
  /** Recorded inputs, and what becomes of them by mutation, are decoded and read. */
  override inputs = this.defineInput(ArenaInput);
  override state = new PenState();
  override messages = handlers;

  override onCreate(): void {
    this.onMessageBytes('bytes', handlers.note);
    this.setFixedTimestep(() => {
      for (const { sessionId } of this.clients) this.inputs.get(sessionId).drain();
      this.state.ticks++;
    }, TICK_RATE);
  }

  override async onDrop(client: Client, code?: number): Promise<void> {
    if (code === CloseCode.ABNORMAL_CLOSURE) await this.allowReconnection(client, RECONNECT_SECONDS);
  }
}

export class GamePen extends GameRoom<{ state: InstanceType<typeof PenState>; input: ArenaInput }> {
  override inputs = this.defineInput(ArenaInput);
  override tickRate = TICK_RATE;
  override state = new PenState();
  override messages = {
    note: validate(anything, handlers.note),
    echo: validate(anything, handlers.echo),
    tally: validate(anything, handlers.tally),
  };

  override onCreate(): void {
    this.onMessageBytes('bytes', anything, handlers.note);
  }

  override step(): void {
    for (const { sessionId } of this.clients) this.inputs.get(sessionId).drain();
    this.state.ticks++;
  }

  override async onDrop(client: Client, code?: number): Promise<void> {
    if (code === CloseCode.ABNORMAL_CLOSURE) await this.allowReconnection(client, RECONNECT_SECONDS);
  }
}

export class PublicRoom extends Room {
  override maxClients = PUBLIC_SEATS;
}
