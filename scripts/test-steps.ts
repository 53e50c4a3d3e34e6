import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { E2E, e2eFiles } from './e2e-files.ts';
import { type Command, nodeOf, tool } from './tools.ts';

/** The oldest Node.js that is supported. */
export const NODE_20: string = nodeOf(join(E2E, 'node_modules', 'node-20'));

export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

const env = { ...process.env, FORCE_COLOR: '0', NO_COLOR: '1' };

/** A command that succeeds or fails; its output is printed only where it fails. */
export function check([command, ...args]: Command): Counts {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', env });
  if (status === 0) return { passed: 1, failed: 0 };
  console.log(`${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`);
  return { passed: 0, failed: 1 };
}

/** A program of ours that prints a table and then its count. A run without a count is a failure. */
export function table(file: string, ...args: readonly string[]): Counts {
  return tableUnder(process.execPath, file, ...args);
}

/** The same, under the given Node.js. */
export function tableUnder(node: string, file: string, ...args: readonly string[]): Counts {
  const { status, stdout, stderr } = spawnSync(node, [file, ...args], {
    encoding: 'utf8',
    env,
  });
  process.stdout.write(`${stdout ?? ''}${status === 0 ? '' : (stderr ?? '')}`);
  const [, passed, failed] = /^(\d+) passed, (\d+) failed\n$/m.exec(stdout ?? '') ?? [];
  return counted(Number(passed), Number(failed), status);
}

/** The unit tests, counted from vitest's own report. A run without a test is a failure. */
export function vitest(config = 'vitest.config.ts'): Counts {
  return inFolder((folder) => {
    const file = join(folder, 'report.json');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const [command, ...args] = tool('vitest', 'run', '--config', config, ...reporters);
    const { status } = spawnSync(command, args, { stdio: 'inherit', env });
    const report = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
    return counted(report['numPassedTests'], report['numFailedTests'], status);
  });
}

/**
 * The end-to-end suite under the given Node.js, counted from the last lines of its TAP report. The options
 * are for the suite and for the programs that it starts.
 */
export function endToEnd(node: string, nodeOptions = ''): Counts {
  return inFolder((folder) => {
    const file = join(folder, 'report.tap');
    const version = spawnSync(node, ['-p', 'process.version'], { encoding: 'utf8' }).stdout;
    console.log(`      process.version ${version?.trim()}`);
    const reporters = ['dot', 'stdout', 'tap', file];
    const args = [
      '--test',
      '--test-concurrency=6',
      ...reporters.map(reporterArgument),
      ...e2eFiles().map(({ built }) => built),
    ];
    const withOptions = {
      ...env,
      NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} ${nodeOptions}`.trim(),
    };
    const { status } = spawnSync(node, args, { stdio: 'inherit', env: withOptions });
    const report = readFileSync(file, 'utf8');
    if (status !== 0) console.log(report);
    for (const [, skipped] of report.matchAll(/^# (The .+ was skipped: .+)$/gm)) {
      console.log(`      ${skipped}`);
    }
    const [passed, failed] = ['pass', 'fail'].map((name) =>
      Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(report)?.[1] ?? Number.NaN),
    );
    return counted(passed, failed, status);
  });
}

function reporterArgument(value: string, index: number): string {
  return index % 2 === 0 ? `--test-reporter=${value}` : `--test-reporter-destination=${value}`;
}

/** A run that fails without a failed test, or that ran no test, counts as a failure. */
function counted(passed = Number.NaN, failed = Number.NaN, status: number | null): Counts {
  const silent = !(passed > 0) || (status !== 0 && !(failed > 0));
  return { passed: passed || 0, failed: (failed || 0) + (silent ? 1 : 0) };
}

function inFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'grpc-authn-test-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export type Step = readonly [name: string, run: () => Counts];

/** A step that Windows skips, by its name. */
export function posixOnly([name, run]: Step): Step {
  if (process.platform !== 'win32') return [name, run];
  return [`${name}: skipped on Windows`, () => ({ passed: 0, failed: 0 })];
}

/** Runs one step after the other. The last line is `N passed, N failed`. */
export function runSteps(steps: readonly Step[]): void {
  const total = { passed: 0, failed: 0 };
  for (const [index, [name, run]] of steps.entries()) {
    console.log(`\n[${index + 1}/${steps.length}] ${name}`);
    const startedMs = Date.now();
    const { passed, failed } = run();
    total.passed += passed;
    total.failed += failed;
    const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
    console.log(`      ${passed} passed, ${failed} failed, ${seconds} s`);
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed === 0 ? 0 : 1;
}
