import { describe, expect, it } from 'vitest';
import { GOALS } from '../src/report/goals.ts';
import { judge } from '../src/report/judge.ts';
import { COLD_RS256, measured } from './measured.ts';

const RUN = { node: '24.1.0', quick: false };

function goalOf(title: string) {
  const goal = GOALS.find((one) => one.title === title);
  if (goal === undefined) throw new Error(`no goal "${title}"`);
  return goal;
}

describe('a goal relative to the cheapest peer', () => {
  const goal = goalOf('cold RS256, whole call / bare');
  const of = measured(COLD_RS256);

  it('passes up to the limit', () => {
    const { result, cheapest } = judge(
      goal,
      [of('grpc-authn', 2.1), of('jose', 3), of('fast-jwt', 2)],
      RUN,
    );
    expect(result).toBe('pass');
    expect(cheapest?.subject).toBe('fast-jwt');
  });

  it('ties above the limit where the quartiles overlap', () => {
    const results = [of('grpc-authn', 2.3, 0.15), of('fast-jwt', 2, 0.1)];
    expect(judge(goal, results, RUN).result).toBe('tie');
  });

  it('is missed where they do not overlap', () => {
    const results = [of('grpc-authn', 2.3, 0.05), of('fast-jwt', 2, 0.1)];
    expect(judge(goal, results, RUN).result).toBe('miss');
  });

  it('is not judged without ours, without a peer, and in a quick run', () => {
    expect(judge(goal, [of('fast-jwt', 2)], RUN)).toMatchObject({
      ours: undefined,
      result: undefined,
    });
    expect(judge(goal, [of('grpc-authn', 2)], RUN).result).toBeUndefined();
    const both = [of('grpc-authn', 2), of('fast-jwt', 2)];
    expect(judge(goal, both, { ...RUN, quick: true }).result).toBeUndefined();
  });

  it.each([
    'no interceptor',
    'no interceptor, no token sent',
    'grpc-authn, cached',
    'grpc-authn, before',
    'fast-jwt, cached',
  ])('does not count "%s" as a peer', (subject) => {
    const results = [of('grpc-authn', 2), of(subject, 1), of('fast-jwt', 2)];
    expect(judge(goal, results, RUN)).toMatchObject({
      result: 'pass',
      cheapest: { subject: 'fast-jwt' },
    });
  });

  it('compares measurements of its own scenario only', () => {
    const elsewhere = { ...of('jose', 1), scenario: 'cold, ES256' };
    const results = [of('grpc-authn', 2), elsewhere, of('fast-jwt', 2)];
    expect(judge(goal, results, RUN).result).toBe('pass');
  });
});

describe('a warm goal', () => {
  it('does not count an interceptor that does nothing as a peer', () => {
    const of = measured({ ...COLD_RS256, scenario: 'warm, 1,000 tokens' });
    const results = [
      of('grpc-authn, cached', 1.05),
      of('an interceptor that does nothing', 0.9),
      of('jose and a Map', 1),
    ];
    expect(judge(goalOf('warm, 1,000 tokens, whole call / bare'), results, RUN)).toMatchObject({
      result: 'pass',
      cheapest: { subject: 'jose and a Map' },
    });
  });
});

describe('a goal with a limit and a peer', () => {
  const goal = goalOf('warm check and guard, in process, 1 token');
  const of = measured({
    experiment: 'in process',
    scenario: 'warm, 1 token',
    measure: 'over no interceptor',
  });

  it('passes below both', () => {
    const results = [of('grpc-authn, cached', 0.9), of('jose and a Map', 0.9)];
    expect(judge(goal, results, RUN).result).toBe('pass');
  });

  it('is missed above the limit, even if the peers are slower', () => {
    const results = [of('grpc-authn, cached', 1.1, 0.5), of('jose and a Map', 2)];
    expect(judge(goal, results, RUN).result).toBe('miss');
  });

  it('ties or is missed above the peer', () => {
    const peer = of('jose and a Map', 0.7, 0.1);
    expect(judge(goal, [of('grpc-authn, cached', 0.85, 0.1), peer], RUN).result).toBe('tie');
    expect(judge(goal, [of('grpc-authn, cached', 0.95, 0.1), peer], RUN).result).toBe('miss');
  });
});

describe('a goal with a limit', () => {
  const goal = goalOf('import jwks / jose');
  const of = measured({
    experiment: 'imports',
    scenario: 'fresh process',
    measure: 'best, times jose',
  });
  const ours = (median: number) => of('@grpc-authn/jwks', median);

  it('passes or is missed, and needs no peer', () => {
    const node = '20.20.2';
    expect(judge(goal, [ours(3.5)], { node, quick: false }).result).toBe('pass');
    expect(judge(goal, [ours(3.6)], { node, quick: false }).result).toBe('miss');
  });

  it('is judged on its own versions of Node.js only', () => {
    expect(judge(goal, [ours(3.6)], RUN).result).toBeUndefined();
  });
});
