import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const BENCH = fileURLToPath(new URL('../../../bench/dist/main.js', import.meta.url));
const [NODE = ''] = process.versions.node.split('.');

interface Row {
  readonly experiment: string;
  readonly subject: string;
  readonly median: number;
}

function runBench(...args: readonly string[]) {
  return spawnSync(process.execPath, [BENCH, '--quick', '--node', NODE, ...args], {
    encoding: 'utf8',
  });
}

describe('the bench', () => {
  it('compares us with others in process and on the wire, and writes a report', () => {
    const folder = mkdtempSync(join(tmpdir(), 'grpc-authn-bench-'));
    const experiments = ['imports', 'in process', 'warm calls', 'cold calls', 'bindings'];
    try {
      const ran = runBench('--only', experiments.join(','), '--out', folder);
      assert.equal(ran.status, 0, ran.stderr);
      const { runs, failures, commit } = JSON.parse(
        readFileSync(join(folder, 'results.json'), 'utf8'),
      ) as { runs: { node: string; measurements: Row[] }[]; failures: string[]; commit: string };
      assert.deepEqual(failures, []);
      assert.match(commit, /^[0-9a-f]{7,}\+?$|^unknown$/);
      assert.equal(runs[0]?.node, process.versions.node);
      for (const experiment of ['in process', 'whole call']) {
        const rows = runs[0].measurements.filter((row) => row.experiment === experiment);
        assert.ok(
          rows.some(({ subject }) => subject.startsWith('grpc-authn')),
          experiment,
        );
        assert.ok(
          rows.some(({ subject }) => !subject.startsWith('grpc-authn')),
          experiment,
        );
        assert.ok(
          rows.every(({ median }) => Number.isFinite(median)),
          experiment,
        );
      }
      const bindings = runs[0].measurements.filter((row) => row.experiment === 'bindings');
      const frameworks = new Set(bindings.map(({ subject }) => subject));
      for (const framework of ['grpc-js', 'nice-grpc', 'NestJS']) {
        assert.ok(frameworks.has(framework), framework);
      }
      const imports = runs[0].measurements.filter((row) => row.experiment === 'imports');
      assert.ok(imports.some(({ subject }) => subject === '@grpc-authn/hs256'));
      const report = readFileSync(join(folder, 'README.md'), 'utf8');
      assert.match(report, /\*\*A quick run\.\*\*/);
      assert.doesNotMatch(report, /pass:|miss:/);
      assert.match(readFileSync(join(folder, 'whole-call.svg'), 'utf8'), /<rect class="bar ours"/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('prints its usage for an unknown experiment', () => {
    const ran = runBench('--only', 'verifcation');
    assert.equal(ran.status, 2);
    assert.match(
      ran.stderr,
      /--only: expected one of imports, verification, .*, received "verifcation"/,
    );
  });
});
