import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AuthError } from '../../src/errors/auth-error.ts';
import { createCached, principalFor } from '../support/counted-authenticator.ts';

const MAX_AGE_SECONDS = 10;

type Step =
  | { readonly ask: string; readonly scheme: string; readonly lifetimeSeconds: number | undefined }
  | { readonly advanceMs: number }
  | { readonly emit: true };

/** Few and alike, so that they meet in one set, and some that nothing was said about. */
const tokens = fc.oneof(
  fc.constantFrom('', 'a', 'aA', 'aB', 'token-0A', 'token-0B', 'token-1A', 'Łtoken-0A'),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 3 }),
);

const steps = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        ask: tokens,
        scheme: fc.constantFrom('bearer', 'dpop'),
        lifetimeSeconds: fc.option(fc.integer({ min: 0, max: 15 }), { nil: undefined }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ advanceMs: fc.integer({ min: 0, max: 6000 }) }) },
    { weight: 1, arbitrary: fc.constant({ emit: true as const }) },
  ),
  { maxLength: 60 },
);

describe('beside a Map that forgets nothing by itself', () => {
  it.each([
    ['tokens', true],
    ['digests', false],
  ])(
    'a hit is always what was last verified, and still good, where %s are kept',
    (_, keepTokens) => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 12 }), steps, (maxEntries, run: readonly Step[]) => {
          let lifetimeSeconds: number | undefined;
          const options = { maxEntries, maxAgeSeconds: MAX_AGE_SECONDS, keepTokens };
          const { ask, clock, inner } = createCached(options, (credentials) => {
            const expiresAtEpochSeconds =
              lifetimeSeconds === undefined ? undefined : clock.nowMs() / 1000 + lifetimeSeconds;
            return principalFor(credentials, clock, { expiresAtEpochSeconds });
          });
          const model = new Map<
            string,
            { readonly principal: unknown; readonly untilMs: number }
          >();
          for (const step of run) {
            if ('advanceMs' in step) {
              clock.advance(step.advanceMs);
            } else if ('emit' in step) {
              inner.emit({ type: 'keys_changed' });
              model.clear();
            } else {
              ({ lifetimeSeconds } = step);
              const before = inner.asked.length;
              const principal = ask(step.ask, step);
              const key = JSON.stringify([step.scheme, step.ask]);
              if (inner.asked.length === before) {
                const known = model.get(key);
                expect(principal).toBe(known?.principal);
                expect(clock.nowMs()).toBeLessThan(known?.untilMs ?? 0);
              } else {
                expect(principal).toMatchObject({ subject: `${step.scheme} ${step.ask}` });
                const seconds = Math.min(lifetimeSeconds ?? MAX_AGE_SECONDS, MAX_AGE_SECONDS);
                model.set(key, { principal, untilMs: clock.nowMs() + seconds * 1000 });
              }
            }
          }
        }),
        { numRuns: 300 },
      );
    },
  );

  it('no more than maxEntries are ever hit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { maxLength: 120 }),
        (maxEntries, asked) => {
          let accepts = true;
          const { ask, inner } = createCached({ maxEntries }, (credentials, clock) =>
            // An outage is never kept, so that to look takes nobody's place.
            accepts ? principalFor(credentials, clock) : new AuthError('unavailable', 'provider'),
          );
          for (const token of asked) ask(token);
          accepts = false;
          inner.asked.length = 0;
          for (const token of asked) ask(token);
          const hits = asked.length - inner.asked.length;
          expect(hits).toBeLessThanOrEqual(maxEntries);
          expect(hits).toBeGreaterThanOrEqual(Math.min(1, asked.length));
        },
      ),
    );
  });

  it('10,000 entries hold 100 tokens that are used over and over', () => {
    const { ask, inner } = createCached();
    const pool = Array.from({ length: 100 }, () => crypto.randomUUID());
    for (let call = 0; call < 10_000; call += 1) ask(pool[call % 100] ?? '');
    expect(inner.asked).toHaveLength(100);
  });

  it('of tokens that meet in one set, the one that was longest unused makes room', () => {
    const { ask, inner } = createCached({ maxEntries: 4 });
    for (const token of ['a', 'b', 'c', 'd']) ask(token);
    ask('a');
    ask('e');
    inner.asked.length = 0;
    for (const token of ['a', 'c', 'd', 'e']) ask(token);
    expect(inner.asked).toHaveLength(0);
    ask('b');
    expect(inner.asked).toHaveLength(1);
  });
});
