import { describe, expect, it } from 'vitest';
import { type Job, jobsOf } from '../src/command/jobs.ts';
import { EXPERIMENTS } from '../src/experiments/all.ts';

const ALL = EXPERIMENTS.map(({ name }) => name);
const NODES = ['20', '22', '24', '26'];
const none = { scenarios: undefined, subjects: undefined };

function nodesOf(jobs: readonly Job[], name: string): readonly string[] {
  return jobs.filter(({ experiment }) => experiment.name === name).map(({ node }) => node);
}

describe('the jobs of a run', () => {
  it('omit what is measured on other versions of Node.js only', () => {
    const jobs = jobsOf({ nodes: NODES, experiments: ALL, ...none });
    expect(nodesOf(jobs, 'cold calls')).toEqual(NODES);
    expect(nodesOf(jobs, 'memory')).toEqual(['20', '26']);
    expect(nodesOf(jobs, 'size')).toEqual(['24']);
    const extras = jobs.filter(({ scope }) => scope.extras).map(({ node }) => node);
    expect(new Set(extras)).toEqual(new Set(['24']));
  });

  it('run what was chosen by name on every chosen version', () => {
    const jobs = jobsOf({ nodes: ['20', '22'], experiments: ['memory', 'size'], ...none });
    expect(nodesOf(jobs, 'memory')).toEqual(['20', '22']);
    expect(nodesOf(jobs, 'size')).toEqual(['20', '22']);
  });

  it('run everything where one version was chosen', () => {
    const jobs = jobsOf({ nodes: ['22'], experiments: ALL, ...none }, 'before.js');
    expect(jobs.map(({ experiment }) => experiment.name)).toEqual(ALL);
    expect(jobs.every(({ scope }) => scope.extras)).toBe(true);
  });

  it('compare with another commit only where one is given', () => {
    const jobs = jobsOf({ nodes: NODES, experiments: ALL, ...none });
    expect(nodesOf(jobs, 'before')).toEqual([]);
  });

  it('usually take less than an hour', () => {
    const jobs = jobsOf({ nodes: NODES, experiments: ALL, ...none }, 'before.js');
    const seconds = jobs.reduce((sum, { experiment }) => sum + experiment.seconds, 0);
    expect(seconds).toBeLessThan(3600);
  });
});
