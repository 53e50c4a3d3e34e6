import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly strategy?: { readonly matrix: { readonly os: readonly string[] } };
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, '.github', 'workflows');
const WORKFLOWS = readdirSync(FOLDER).map((name) => {
  const text = readFileSync(join(FOLDER, name), 'utf8');
  return { name, text, workflow: parse(text) as Workflow };
});
const JOBS = WORKFLOWS.flatMap(({ name, workflow }) =>
  Object.entries(workflow.jobs).map(([id, job]) => ({ name: `${name}, ${id}`, job })),
);

describe.each(WORKFLOWS)('$name', ({ text, workflow }) => {
  it('pins every action by its full commit, and names its release', () => {
    const used = text.match(/^.*\buses:.*$/gm) ?? [];
    for (const line of used) expect(line).toMatch(/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('uses no secret', () => {
    expect(text).not.toMatch(/\bsecrets\b/);
  });

  it('grants nothing to all jobs at once', () => {
    expect(workflow.permissions).toEqual({});
  });

  it('never runs the code of a pull request with our permissions', () => {
    expect(Object.keys(workflow.on)).not.toContain('pull_request_target');
    expect(Object.keys(workflow.on)).not.toContain('workflow_run');
  });

  it('uses the pnpm of package.json', () => {
    const { packageManager } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      readonly packageManager: string;
    };
    for (const used of text.match(/pnpm@[\d.]+/g) ?? []) expect(used).toBe(packageManager);
  });
});

describe.each(JOBS)('$name', ({ job }) => {
  it('declares its permissions', () => {
    expect(job.permissions).toBeDefined();
  });

  it('leaves no credentials in the checkout', () => {
    const checkouts = job.steps.filter(({ uses = '' }) => uses.startsWith('actions/checkout@'));
    for (const step of checkouts) expect(step.with).toMatchObject({ 'persist-credentials': false });
  });

  it('puts no expression into a script', () => {
    for (const { run = '' } of job.steps) expect(run).not.toContain('${{');
  });

  it('runs the workspace’s code only where it may write at most a pull request', () => {
    const runsOurs = job.steps.some(({ run = '' }) => /npx|npm|pnpm|\.ci\/run/.test(run));
    if (!runsOurs) return;
    expect(job.permissions).not.toHaveProperty('id-token');
    if ('contents' in (job.permissions ?? {}) && job.permissions?.['contents'] === 'write') {
      expect(job.permissions).toHaveProperty('pull-requests', 'write');
    }
  });
});

it('only one job may publish', () => {
  const trusted = JOBS.filter(({ job }) => job.permissions?.['id-token'] === 'write');
  expect(trusted.map(({ name }) => name)).toEqual(['release.yml, publish']);
  expect(trusted[0]?.job.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
});

it('CI checks format, lint and types apart, and runs the tests on three platforms', () => {
  const { jobs } = WORKFLOWS.find(({ name }) => name === 'ci.yml')!.workflow;
  expect(jobs['quick']?.steps.at(-1)?.run).toMatch(/run check$/);
  const { matrix } = jobs['test']!.strategy!;
  expect(matrix.os.map((os) => os.split('-')[0])).toEqual(['ubuntu', 'macos', 'windows']);
});
