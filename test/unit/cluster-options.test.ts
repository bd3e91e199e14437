import assert from 'node:assert/strict';
import { parseClusterOptions } from '../../deploy/cluster-options.ts';

describe('the options of npm run cluster', () => {
  it('have defaults for all', () => {
    assert.deepEqual(parseClusterOptions([], {}, 3), {
      processes: 3,
      port: 2567,
      host: undefined,
      publicHost: 'localhost:2567',
      redisUrl: undefined,
    });
  });

  it('come from the environment, and the command line goes before it', () => {
    const env = {
      WEB_CONCURRENCY: '6',
      HYPOGEUM_PORT: '80',
      REDIS_URL: 'redis://r',
      HYPOGEUM_PUBLIC_ADDRESS: 'a.example',
    };
    const fromEnv = parseClusterOptions([], env, 2);
    assert.deepEqual(fromEnv, {
      processes: 6,
      port: 80,
      host: undefined,
      publicHost: 'a.example',
      redisUrl: 'redis://r',
    });
    const args = ['--processes', '2', '--port=3000', '--host', '127.0.0.1', '--public', 'b.example:3000'];
    assert.deepEqual(parseClusterOptions(args, env, 2), {
      processes: 2,
      port: 3000,
      host: '127.0.0.1',
      publicHost: 'b.example:3000',
      redisUrl: 'redis://r',
    });
  });

  it("name the players' port with the machine unless told otherwise", () => {
    assert.equal(parseClusterOptions(['--port', '8080'], {}, 2).publicHost, 'localhost:8080');
  });

  it('that are wrong are refused with the option, what it may be, and the usage', () => {
    const refused = (args: string[], env: NodeJS.ProcessEnv, message: RegExp) =>
      assert.throws(() => parseClusterOptions(args, env, 2), message);
    refused(['--processes', '0'], {}, /--processes must be a whole number, 1 to 64, got "0"\nUsage: npm run cluster/);
    refused(['--processes', '2.5'], {}, /--processes must be/);
    refused(['--processes', ''], {}, /--processes must be/);
    refused([], { WEB_CONCURRENCY: 'many' }, /--processes must be.*got "many"/);
    refused(['--port', '0'], {}, /--port must be/);
    refused(['--port', '65535', '--processes', '2'], {}, /--port must be a whole number, 1 to 65533/);
    refused(['--prot', '1'], {}, /--prot.*\nUsage:/);
    refused(['extra'], {}, /extra.*\nUsage:/);
  });
});
