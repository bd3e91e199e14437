/** Every rule of these SPECs is cited in the name of a test, so that none is a promise only. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';

const FEATURES = ['delivery', 'gateway', 'matchmaking', 'replication', 'security'];
/** A row of a table, or an item of a list. */
const RULE = /^(?:\| ?|- \*\*)([A-Z]+\d+)(?: \||\*\*)/gm;
const NAME = /\b(?:it|describe)\(\s*(['"`])(.*?)\1\s*,/gs;

const cited = new Set(
  globSync('test/**/*.test.ts').flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(NAME)].flatMap(([, , name]) => name!.match(/\b[A-Z]+\d+\b/g) ?? []),
  ),
);

describe('rules', () => {
  for (const feature of FEATURES)
    it(`of ${feature} are cited by tests, and named once`, () => {
      const text = readFileSync(`src/${feature}/SPEC.md`, 'utf8');
      const rules = [...text.matchAll(RULE)].map(([, rule]) => rule!);
      assert.ok(rules.length > 0);
      assert.deepEqual(rules, [...new Set(rules)]);
      const uncited = rules.filter((rule) => !cited.has(rule));
      assert.deepEqual(uncited, []);
    });

  it('that SECURITY.md speaks of are rules of security', () => {
    const rules = new Set([...readFileSync('src/security/SPEC.md', 'utf8').matchAll(RULE)].map(([, rule]) => rule));
    const named = readFileSync('SECURITY.md', 'utf8').match(/\b(?:[DFHP]|ID)\d+\b/g) ?? [];
    assert.ok(named.length > 20);
    assert.deepEqual(
      named.filter((rule) => !rules.has(rule)),
      [],
    );
  });
});
