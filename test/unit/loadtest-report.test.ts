import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkBelow, checkNone, createReport, formatChecks, formatTable, writeReport } from '../../loadtest/report.ts';

describe('load test: report', () => {
  it('holds a figure below its limit, and only there', () => {
    assert.equal(checkBelow('x', 49.9, 50, 'ms').ok, true);
    for (const measured of [50, 51, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.equal(checkBelow('x', measured, 50, 'ms').ok, false);
    }
    assert.deepEqual(checkNone('drops', 1, 'drop'), { id: 'drops', asked: 'no drop', measured: 1, ok: false });
  });

  it('says which checks were missed', () => {
    const text = formatChecks([checkNone('drops', 0, 'drop'), checkBelow('p99', 70, 50, 'ms')]);
    assert.match(text, /ok +drops +0 +asked: no drop/);
    assert.match(text, /MISSED +p99 +70 +asked: under 50 ms/);
  });

  it('lines columns up', () => {
    assert.equal(
      formatTable([
        ['a', 'bb'],
        ['ccc', 'd'],
      ]),
      '  a    bb\n  ccc  d',
    );
  });

  it('writes everything into one JSON file, folders included', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'hypogeum-report-'));
    try {
      const file = path.join(folder, 'deep', 'result.json');
      const parts = { name: 'n', options: { bots: 2 }, figures: { p99: 1.23456 }, checks: [checkNone('d', 0, 'd')] };
      writeReport(file, createReport({ ...parts, warnings: ['w'] }));
      const read = JSON.parse(readFileSync(file, 'utf8'));
      assert.deepEqual(Object.keys(read), ['name', 'when', 'machine', 'options', 'figures', 'checks', 'warnings']);
      assert.equal(read.figures.p99, 1.235);
      assert.ok(read.machine.cpus >= 1);
      assert.ok(!Number.isNaN(Date.parse(read.when)));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
