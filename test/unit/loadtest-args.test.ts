import assert from 'node:assert/strict';
import { describeOptions, parseOptions, UsageError } from '../../loadtest/args.ts';

const TABLE = {
  room: { type: 'text', default: 'arena', help: 'room' },
  json: { type: 'text', help: 'file' },
  bots: { type: 'integer', default: 200, min: 1, max: 1000, help: 'how many' },
  seconds: { type: 'number', default: 20, min: 0.1, max: 60, help: 'how long' },
  processes: { type: 'integer', min: 1, max: 8, help: 'processes' },
} as const;

describe('load test: arguments', () => {
  it('takes defaults, and leaves out what has none', () => {
    const expected = { room: 'arena', json: undefined, bots: 200, seconds: 20, processes: undefined };
    assert.deepEqual(parseOptions(TABLE, []), expected);
  });

  it('reads what is given, with and without an equals sign', () => {
    const { room, bots, seconds } = parseOptions(TABLE, ['--room', 'world', '--bots=7', '--seconds', '1.5']);
    assert.deepEqual({ room, bots, seconds }, { room: 'world', bots: 7, seconds: 1.5 });
  });

  it('a flag is given or not, and takes no value', () => {
    const table = { list: { type: 'flag', help: 'say what there is' } } as const;
    assert.deepEqual([parseOptions(table, []), parseOptions(table, ['--list'])], [{ list: false }, { list: true }]);
    assert.throws(() => parseOptions(table, ['--list=yes']), UsageError);
    assert.match(describeOptions('x', table), /--list +say what there is/);
  });

  it('names every wrong value at once', () => {
    const parse = () => parseOptions(TABLE, ['--bots', '1.5', '--seconds', '0', '--processes', 'two']);
    assert.throws(parse, (error: unknown) => {
      assert.ok(error instanceof UsageError);
      assert.deepEqual(error.message.split('\n'), [
        '--bots must be a whole number from 1 to 1000, not "1.5"',
        '--seconds must be a number from 0.1 to 60, not "0"',
        '--processes must be a whole number from 1 to 8, not "two"',
      ]);
      return true;
    });
  });

  it('refuses empty numbers, unknown options, missing values and stray words', () => {
    for (const argv of [['--bots', ''], ['--bot', '5'], ['--bots'], ['arena']]) {
      assert.throws(() => parseOptions(TABLE, argv), UsageError, argv.join(' '));
    }
  });

  it('describes every option with its default', () => {
    const text = describeOptions('npm run loadtest', TABLE);
    for (const name of Object.keys(TABLE)) assert.match(text, new RegExp(`--${name} `));
    assert.match(text, /how many \(default 200\)/);
  });
});
