import { describe, expect, it } from 'vitest';
import { toPicture } from '../src/report/picture.ts';
import type { Run } from '../src/report/run.ts';
import { COLD_RS256, measured } from './measured.ts';

const MACHINE = {
  cpu: 'a processor',
  cores: 2,
  memoryGiB: 8,
  platform: 'linux x64',
  loadAtStart: 0,
  loadAtEnd: 0,
};

function runOf(ours: number): Run {
  const of = measured(COLD_RS256);
  const measurements = [of('grpc-authn', ours), of('fast-jwt', 2), of('jose', 3)];
  return {
    command: 'pnpm bench',
    commit: 'abcdef0',
    date: '2026-11-28',
    seconds: 1,
    quick: false,
    machine: MACHINE,
    versions: {},
    runs: [{ node: '24.21.0', openssl: '3', measurements }],
    failures: [],
  };
}

describe('the picture', () => {
  it('shows each contender, the goal and its result', () => {
    const picture = toPicture(runOf(2));
    expect(picture).toContain('cold, RS256: pass (goal: at most 1.05 × the cheapest peer, 2.10)');
    expect(picture).toContain('<path class="limit"');
    expect(picture?.match(/<rect class="bar/g)).toHaveLength(3);
  });

  it('shows a goal that is missed', () => {
    expect(toPicture(runOf(2.5))).toContain('cold, RS256: miss');
  });

  it('shows no result of a quick run', () => {
    const picture = toPicture({ ...runOf(2), quick: true });
    expect(picture).toContain('>cold, RS256<');
  });
});
