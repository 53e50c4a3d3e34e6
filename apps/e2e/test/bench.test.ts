import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const BENCH = fileURLToPath(new URL('../../../bench/dist/main.js', import.meta.url));
const [NODE = ''] = process.versions.node.split('.');

/** An archive of the sources has no commits. */
const IN_GIT =
  spawnSync('git', ['rev-parse', 'HEAD:packages'], { cwd: import.meta.dirname }).status === 0;

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
    const experiments = ['size', 'imports', 'in process', 'warm calls', 'cold calls', 'bindings'];
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
      const sizes = runs[0].measurements.filter((row) => row.experiment === 'size');
      assert.ok(sizes.some(({ subject }) => subject === 'grpc-authn: core and jwks'));
      const report = readFileSync(join(folder, 'README.md'), 'utf8');
      assert.match(report, /\*\*A quick run\.\*\*/);
      assert.doesNotMatch(report, /pass:|tie:|miss:/);
      assert.match(readFileSync(join(folder, 'whole-call.svg'), 'utf8'), /<rect class="bar ours"/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('measures the chosen scenario and contenders', () => {
    const scenario = ['--scenario', 'cold, RS256', '--subjects', 'grpc-authn,jose'];
    const ran = runBench('--only', 'cold calls', ...scenario);
    assert.equal(ran.status, 0, ran.stderr);
    const table = /times bare.*?\n\n(.*?)\n\n/s.exec(ran.stdout)?.[1]?.split('\n') ?? [];
    const [heads = '', , ...rows] = table.map((line) => line.replace(/ \| [\d.].*/, ' |'));
    assert.equal(heads, '|  | cold, RS256 |');
    assert.deepEqual(rows, ['| grpc-authn |', '| jose |']);
  });

  it('lists the scenarios where none was chosen', () => {
    const ran = runBench('--only', 'cold calls', '--scenario', 'cold, RS265');
    assert.equal(ran.status, 1);
    assert.match(ran.stderr, /scenario: expected one of .*"cold, RS256".*, received "cold, RS265"/);
  });

  it('compares our packages with those of another commit', { skip: !IN_GIT }, () => {
    const ran = runBench('--only', 'before', '--before', 'HEAD');
    assert.equal(ran.status, 0, ran.stderr);
    for (const subject of ['grpc-authn, cached, before', 'grpc-authn, cached, observed']) {
      assert.match(ran.stdout, new RegExp(`^\\| ${subject} \\|`, 'm'));
    }
  });

  it('prints its usage where a commit is missing', () => {
    const ran = runBench('--only', 'before');
    assert.equal(ran.status, 2);
    assert.match(ran.stderr, /--only: "before" needs --before with a commit/);
  });

  it('prints its usage for an unknown experiment', () => {
    const ran = runBench('--only', 'verifcation');
    assert.equal(ran.status, 2);
    assert.match(
      ran.stderr,
      /--only: expected one of size, imports, verification, .*, received "verifcation"/,
    );
  });
});
