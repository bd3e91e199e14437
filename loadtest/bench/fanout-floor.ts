/**
 * The least that fanning out over ws can cost: a timer and a loop that sends the same bytes to every socket. It answers a
 * request for a seat and a join like Colyseus, so that the same clients come; what they say after that it ignores.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Protocol } from '@colyseus/core';
import { WebSocketServer } from 'ws';
import type { Host } from '../host.ts';
import { PATCH_RATE } from './fanout-messages.ts';
import { patchOf } from './fanout-state.ts';

export async function startFloor(notes: number): Promise<Host> {
  const patch = patchOf(notes);
  const http = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ sessionId: 'any', processId: 'floor', roomId: 'floor' }));
  });
  const sockets = new WebSocketServer({ server: http, perMessageDeflate: false });
  sockets.on('connection', (socket) => {
    socket.send(Buffer.of(Protocol.JOIN_ROOM));
    socket.send(Buffer.of(Protocol.ROOM_STATE));
  });
  const timer = setInterval(() => {
    for (const socket of sockets.clients) socket.send(patch);
  }, 1000 / PATCH_RATE);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    port: (http.address() as AddressInfo).port,
    createRoom: async () => 'floor',
    async stop() {
      clearInterval(timer);
      for (const socket of sockets.clients) socket.terminate();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
