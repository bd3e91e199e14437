/**
 * What delivery changes in a room class when it is defined, stock classes included: players come in as GameClients, so
 * that all they are sent passes their lines; broadcasts are framed once and may be volatile; and the room's serializer
 * is exchanged for one that skips players whose lines are congested.
 */
import { type AuthContext, type Client, getMessageBytes, Protocol, type Room, type Serializer } from '@colyseus/core';
import { WebSocketClient } from '@colyseus/ws-transport';
import { type BroadcastOptions, internalsOf, type JoinOptions } from './colyseus-room-internals.ts';
import { frameApart } from './frames.ts';
import { GameClient, type Lines } from './ws-game-client.ts';

type RoomClass = new () => Room;
export type AnySerializer = Serializer<unknown>;
/** The serializer a room gets instead of the one it, or Colyseus for it, has chosen; that one itself to keep it. */
export type ChooseSerializer = (room: Room, chosen: AnySerializer) => AnySerializer;

/** `Hosted` is a class made for this process, which is changed; no class of a game is. */
export function hostDelivery(Hosted: RoomClass, lines: Lines, choose: ChooseSerializer): void {
  const base = Hosted.prototype as Room;
  const { _onJoin, _onMessage, broadcastMessageType } = internalsOf(base);
  const { setSerializer } = base;
  override(Hosted, '_onJoin', function onJoin(this: Room, client: Client, ...rest: JoinRest) {
    return _onJoin.call(this, gameClient(client, lines, this, rest[1]), ...rest);
  });
  override(Hosted, '_onMessage', function onMessage(this: Room, client: Client, frame: Buffer) {
    _onMessage.call(this, client, frame);
    if (client instanceof GameClient) client.settle();
  });
  override(Hosted, 'setSerializer', function set(this: Room, chosen: AnySerializer) {
    setSerializer.call(this, choose(this, chosen) as never);
  });
  override(Hosted, 'broadcastMessageType', function broadcast(this: Room, ...args: Broadcast) {
    const [type, message, options = {}] = args;
    if (options.afterNextPatch && !options.volatile) broadcastMessageType.apply(this, args);
    else broadcastNow(this.clients, encode(type, message), options);
  });
}

type JoinRest = [context: AuthContext, options?: JoinOptions];
type Broadcast = [type: string | number, message?: unknown, options?: BroadcastOptions];

function override(Class: RoomClass, name: string, value: (this: Room, ...args: never[]) => unknown): void {
  Object.defineProperty(Class.prototype, name, { value, writable: true, configurable: true });
}

/** Colyseus's transport made `client` and keeps it only to tell of a join that failed. */
function gameClient(client: Client, lines: Lines, room: Room, options?: JoinOptions): Client {
  if (!(client instanceof WebSocketClient) || client instanceof GameClient) return client;
  const isBack = Boolean(options?.reconnectionToken);
  return new GameClient(client.sessionId, client.ref, lines, { room: room.roomName }, isBack);
}

function encode(type: string | number, message: unknown): Buffer {
  return message instanceof Uint8Array
    ? getMessageBytes.raw(Protocol.ROOM_DATA_BYTES, type, undefined, message)
    : getMessageBytes.raw(Protocol.ROOM_DATA, type, message);
}

/** From the last client to the first, as Colyseus does. */
function broadcastNow(clients: readonly Client[], message: Buffer, options: BroadcastOptions): void {
  const except = options.except === undefined ? [] : [options.except].flat();
  const framed = frameApart(message);
  for (let i = clients.length - 1; i >= 0; i--) {
    const client = clients[i]!;
    if (except.includes(client)) continue;
    if (client instanceof GameClient) client.enqueueShared(message, framed, options);
    else client.enqueueRaw(message, options);
  }
}
