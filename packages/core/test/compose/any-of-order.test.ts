import { describe, expect, it } from 'vitest';
import { anyOf } from '../../src/compose/any-of.ts';
import type { Authenticator } from '../../src/contract/authenticator.ts';
import { createPrincipal } from '../../src/contract/principal.ts';
import { AuthError } from '../../src/errors/auth-error.ts';
import { CallContext } from '../support/call-context.ts';
import { CODES, refusalsOf } from '../support/refusals.ts';
import { stubAuthenticator } from '../support/stub-authenticator.ts';

const CREDENTIALS = { scheme: 'bearer', token: 'token' };
const alice = createPrincipal({ authenticator: 'second', subject: 'alice' });

const everyRefusal = CODES.flatMap((code) => refusalsOf(code));
const isNotMine = ({ reason }: AuthError): boolean =>
  [
    'issuer',
    'other_scheme',
    'not_a_compact_jws',
    'not_base64url',
    'not_a_json_object',
    'encrypted',
  ].includes(reason);
const shown = (error: AuthError) => [`${error.code}/${error.reason}`, error] as const;
const NOT_MINE = everyRefusal.filter(isNotMine).map(shown);
const FINAL = everyRefusal.filter((error) => !isNotMine(error)).map(shown);

/** Children that answer so, each for an issuer of its own, and which of them were asked. */
function compose(...answers: readonly (() => unknown)[]) {
  const asked: number[] = [];
  const handed: unknown[] = [];
  const children = answers.map((answer, index): Authenticator =>
    stubAuthenticator(
      (...call) => {
        asked.push(index);
        handed.push(...call);
        return answer();
      },
      { name: `child ${index}`, issuers: [`https://${index}.example.com`] },
    ),
  );
  const context = new CallContext();
  const composed = anyOf(...children);
  return { asked, handed, context, ask: () => composed.authenticate(CREDENTIALS, context) };
}

describe('anyOf', () => {
  it('is decided by the first that accepts, and asks no other', () => {
    const { ask, asked } = compose(
      () => alice,
      () => createPrincipal({ authenticator: 'x' }),
    );
    expect(ask()).toBe(alice);
    expect(asked).toEqual([0]);
  });

  it('passes the same credentials and context objects to each', () => {
    const { ask, handed, context } = compose(
      () => new AuthError('invalid_token', 'issuer'),
      () => alice,
    );
    void ask();
    expect(handed).toHaveLength(4);
    for (const index of [0, 2]) expect(handed[index]).toBe(CREDENTIALS);
    for (const index of [1, 3]) expect(handed[index]).toBe(context);
  });

  it.each(NOT_MINE)('goes on after "not mine": %s', async (_, refusal) => {
    const atOnce = compose(
      () => refusal,
      () => refusal,
      () => alice,
    );
    expect(atOnce.ask()).toBe(alice);
    expect(atOnce.asked).toEqual([0, 1, 2]);
    const later = compose(
      async () => refusal,
      () => refusal,
      async () => alice,
    );
    expect(await later.ask()).toBe(alice);
    expect(later.asked).toEqual([0, 1, 2]);
  });

  it.each(FINAL)('ends at a final no, at an outage and at a bug: %s', async (_, refusal) => {
    const atOnce = compose(
      () => refusal,
      () => alice,
    );
    expect(atOnce.ask()).toBe(refusal);
    expect(atOnce.asked).toEqual([0]);
    const later = compose(
      async () => refusal,
      () => alice,
    );
    expect(await later.ask()).toBe(refusal);
    expect(later.asked).toEqual([0]);
  });

  it.each<readonly [string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['true', true],
    ['an empty object', {}],
    ['an object like a refusal', { code: 'invalid_token', reason: 'issuer' }],
    [
      'an Error like one',
      Object.assign(new Error('x'), { code: 'invalid_token', reason: 'issuer' }),
    ],
  ])('ends at what is no answer, and hands it on to be refused: %s', async (_, answer) => {
    const atOnce = compose(
      () => answer,
      () => alice,
    );
    expect(atOnce.ask()).toBe(answer);
    const later = compose(
      async () => answer,
      () => alice,
    );
    expect(await later.ask()).toBe(answer);
    expect([...atOnce.asked, ...later.asked]).toEqual([0, 0]);
  });

  it.each<readonly [string, unknown]>([
    ['an error', new Error('a bug')],
    ['text', 'not mine'],
  ])('ends where a child throws, at once or later: %s', async (_, thrown) => {
    const atOnce = compose(
      () => {
        throw thrown;
      },
      () => alice,
    );
    let caught: unknown;
    try {
      void atOnce.ask();
    } catch (error) {
      caught = error;
    }
    expect(caught).toBe(thrown);
    const later = compose(
      () => new AuthError('invalid_token', 'issuer'),
      () => Promise.reject(thrown),
      () => alice,
    );
    await expect(later.ask()).rejects.toBe(thrown);
    expect([...atOnce.asked, ...later.asked]).toEqual([0, 0, 1]);
  });

  it.each<readonly [string, AuthError, unknown]>([
    ['goes on where it is not mine', new AuthError('invalid_token', 'issuer'), alice],
    ['ends where it is a final refusal', new AuthError('invalid_token', 'revoked'), undefined],
    ['ends where it is an outage', new AuthError('unavailable', 'jwks'), undefined],
  ])('takes a thrown refusal for a returned one, and %s', async (_, thrown, expected = thrown) => {
    const atOnce = compose(
      () => {
        throw thrown;
      },
      () => alice,
    );
    expect(await atOnce.ask()).toBe(expected);
    const later = compose(
      () => Promise.reject(thrown),
      () => alice,
    );
    expect(await later.ask()).toBe(expected);
  });

  it('waits for no promise where no child answers with one', () => {
    const refusal = new AuthError('invalid_token', 'issuer');
    for (const last of [alice, refusal, new AuthError('invalid_token', 'claim')]) {
      const { ask } = compose(
        () => refusal,
        () => last,
      );
      expect(ask()).toBe(last);
    }
  });

  it('understands a promise of another make', async () => {
    const { ask, asked } = compose(
      () => ({
        // oxlint-disable-next-line unicorn/no-thenable -- that is what is tested
        then: (answer: (verdict: unknown) => void) =>
          answer(new AuthError('invalid_token', 'issuer')),
      }),
      () => alice,
    );
    expect(await ask()).toBe(alice);
    expect(asked).toEqual([0, 1]);
  });
});
