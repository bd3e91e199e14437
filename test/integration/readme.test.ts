/** The README, checked as a reader would: its room runs, its commands and files exist. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { RoomClass } from '../../src/isolation/colyseus-guard.ts';
import { ERRORS } from '../../src/kernel/errors.ts';
import { ROOT } from '../support/processes.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const [, example = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];

interface Runner {
  name: string;
  x: number;
  it: boolean;
}
interface TagState {
  runners: Map<string, Runner>;
}

describe('the README', () => {
  describe("its room, as a file of the reader's", () => {
    // As deep as rooms/tag, so that its imports mean what they say.
    const folder = join(ROOT, '.cache/readme-room');
    let server: TestServer;

    before(async () => {
      mkdirSync(folder, { recursive: true });
      const file = join(folder, `room-${process.pid}.ts`);
      writeFileSync(file, example);
      const { TagRoom } = (await import(pathToFileURL(file).href)) as { TagRoom: RoomClass };
      server = await startTestServer({ rooms: (define) => void define('tag', TagRoom) });
    });
    after(async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    it('is complete in about 40 lines', () => {
      const code = example.split('\n').filter((line) => line.trim() !== '');
      assert.ok(code.length <= 45, `${code.length} lines of code`);
    });

    it('is a game: two players join, one runs to the other, the tag passes', async () => {
      const ann = await server.client.joinOrCreate<TagState>('tag', { name: ' Ann ' });
      const ben = await server.client.joinOrCreate<TagState>('tag', { name: 'Ben' });
      const runners = (await until('both runners', () => ann.state.runners?.size === 2 && ann.state.runners)) as Map<
        string,
        Runner
      >;
      const [a, b] = [runners.get(ann.sessionId)!, runners.get(ben.sessionId)!];
      assert.deepEqual([a.name, a.it, b.it], ['Ann', true, false]);
      const input = ann.input<{ x: number; y: number }>();
      await until('the tag to pass', () => {
        input.data.x = 127; // clamped to 1 by the room
        input.send();
        return b.it;
      });
      assert.equal(a.it, false);
      await Promise.all([ann.leave(), ben.leave()]);
      assert.deepEqual(
        server.lines.filter((line) => line.level !== 'debug'),
        [],
      );
    });

    it('refuses wrong options', async () => {
      await assert.rejects(
        server.client.joinOrCreate('tag', { nam: 'x' }),
        (error: { code: number }) => error.code === ERRORS.INVALID_OPTIONS.code,
      );
    });
  });

  it('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
    const named = [...readme.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name!);
    assert.ok(named.length >= 5);
    for (const name of named) assert.ok(name in scripts, `npm run ${name}`);
  });

  it('links only to files that exist, and maps every folder of src', () => {
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path]) => path!);
    const mapped = [...readme.matchAll(/^((?:src|rooms|clients|loadtest|deploy|test)\/\S*)\s/gm)].map(
      ([, path]) => path!,
    );
    for (const path of [...links, ...mapped]) assert.ok(existsSync(join(ROOT, path)), path);
  });
});
