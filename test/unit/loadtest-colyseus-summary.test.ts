import assert from 'node:assert/strict';
import {
  addShards,
  allPlayed,
  formatShards,
  parseCliOutput,
  type ShardOutcome,
} from '../../loadtest/colyseus-summary.ts';

// What @colyseus/loadtest 0.17.8 wrote, recorded.
const JOINED = `[11/22/2026, 4:46:46 PM] @colyseus/loadtest
endpoint: ws://127.0.0.1:9577
roomName: arena
numClients: 5
logLevel: all
output: /srv/joined.txt
[11/22/2026, 4:46:49 PM] Finished. Summary:
    Successful connections: 5
    Failed connections: 0
    Total errors: 0
    Logs:
    
`;
const UNKNOWN_ROOM = `[11/22/2026, 4:46:49 PM] @colyseus/loadtest
endpoint: ws://127.0.0.1:9577
roomName: nope
numClients: 2
logLevel: all
output: /srv/unknown-room.txt
[11/22/2026, 4:46:49 PM] MatchMakeError: provided room name "nope" not defined
[11/22/2026, 4:46:49 PM] MatchMakeError: provided room name "nope" not defined
[11/22/2026, 4:46:52 PM] Finished. Summary:
    Successful connections: 0
    Failed connections: 2
    Total errors: 2
    Logs:
    {red-fg}MatchMakeError: provided room name "nope" not defined
    at ColyseusSDK.createMatchMakeRequest (file:///srv/hypogeum/node_modules/@colyseus/sdk/build/Client.mjs:249:23)
    at process.processTicksAndRejections (node:internal/process/task_queues:104:5)
    at async ColyseusSDK.joinOrCreate (file:///srv/hypogeum/node_modules/@colyseus/sdk/build/Client.mjs:112:16)
    at async Client.joinOrCreate (file:///srv/hypogeum/node_modules/@colyseus/loadtest/build/index.mjs:386:18)
    at async joinArena (file:///srv/hypogeum/loadtest/bots/arena.ts:48:27)
    at async main (file:///srv/hypogeum/loadtest/colyseus-script.ts:15:17)
    at async connect (file:///srv/hypogeum/node_modules/@colyseus/loadtest/build/index.mjs:339:7)
    at async connectAll (file:///srv/hypogeum/node_modules/@colyseus/loadtest/build/index.mjs:346:7)
    at async file:///srv/hypogeum/node_modules/@colyseus/loadtest/build/index.mjs:410:7 {
  code: 520
}{/red-fg}
{red-fg}MatchMakeError: provided room name "nope" not defined
    at ColyseusSDK.createMatchMakeRequest (file:///srv/hypogeum/node_modules/@colyseus/sdk/build/Client.mjs:249:23)
    at process.processTicksAndRejections (node:internal/process/task_queues:104:5)
    at async ColyseusSDK.joinOrCreate (file:///srv/hypogeum/node_modules/@colyseus/sdk/build/Client.mjs:112:16)
    at async Client.joinOrCreate (file:///srv/hypogeum/node_modules/@colyseus/loadtest/build/index.mjs:386:18)
    at async joinArena (file:///srv/hypogeum/loadtest/bots/arena.ts:48:27)
    at async main (file:///srv/hypogeum/loadtest/colyseus-script.ts:15:17)
    at async connect (file:///srv/hypogeum/node_modules/@colyseus/loadtest/build/index.mjs:339:7)
    at async connectAll (file:///srv/hypogeum/node_modules/@colyseus/loadtest/build/index.mjs:346:7)
    at async file:///srv/hypogeum/node_modules/@colyseus/loadtest/build/index.mjs:410:7 {
  code: 520
}{/red-fg}

`;
const LOST = `[11/22/2026, 4:46:52 PM] @colyseus/loadtest
endpoint: ws://127.0.0.1:9577
roomName: arena
numClients: 2
logLevel: all
output: /srv/lost.txt
[11/22/2026, 4:46:56 PM] Finished. Summary:
    Successful connections: 2
    Failed connections: 0
    Total errors: 2
    Logs:
    {red-fg}'connection lost: 1006'{/red-fg}
{red-fg}'connection lost: 1006'{/red-fg}

`;

const shard = (clients: number, text: string, problem?: string): ShardOutcome => ({
  clients,
  summary: parseCliOutput(text),
  problem,
});

describe('load test: summaries of the Colyseus CLI', () => {
  it('reads a good one', () => {
    assert.deepEqual(parseCliOutput(JOINED), { connected: 5, failed: 0, otherErrors: 0, reasons: {} });
  });

  it('reads failed connections and their reasons, not counting them as errors twice', () => {
    const reasons = { 'MatchMakeError: provided room name "nope" not defined': 2 };
    assert.deepEqual(parseCliOutput(UNKNOWN_ROOM), { connected: 0, failed: 2, otherErrors: 0, reasons });
  });

  it('reads connections that were lost after they were made', () => {
    const reasons = { 'connection lost: 1006': 2 };
    assert.deepEqual(parseCliOutput(LOST), { connected: 2, failed: 0, otherErrors: 2, reasons });
  });

  it('has nothing to say of a file that was never finished', () => {
    assert.equal(parseCliOutput(''), undefined);
    assert.equal(parseCliOutput(JOINED.slice(0, JOINED.indexOf('Finished'))), undefined);
    assert.equal(parseCliOutput(JOINED.slice(0, JOINED.indexOf('Total errors'))), undefined);
  });

  it('adds shards up', () => {
    const shards = [shard(5, JOINED), shard(2, UNKNOWN_ROOM), shard(2, LOST)];
    const { clients, connected, failed, otherErrors, problems } = addShards(shards);
    assert.deepEqual(
      { clients, connected, failed, otherErrors, problems },
      {
        clients: 9,
        connected: 7,
        failed: 2,
        otherErrors: 2,
        problems: [],
      },
    );
    const table = formatShards(shards, addShards(shards));
    assert.match(table, /all +9 +7 +2 +2/);
    assert.match(table, /2 x MatchMakeError/);
    assert.match(table, /2 x connection lost: 1006/);
  });

  it('is content only when every client of every shard joined and stayed', () => {
    const content = (...shards: ShardOutcome[]): boolean => allPlayed(addShards(shards));
    assert.equal(content(shard(5, JOINED), shard(5, JOINED)), true);
    assert.equal(content(shard(5, JOINED), shard(2, UNKNOWN_ROOM)), false);
    assert.equal(content(shard(5, JOINED), shard(2, LOST)), false);
    assert.equal(content(shard(6, JOINED)), false, 'one client was never tried');
    assert.equal(content(shard(5, JOINED), shard(5, '')), false, 'one shard wrote nothing');
    assert.equal(content(shard(5, JOINED, 'ended with SIGKILL')), false, 'one shard ended badly');
  });
});
