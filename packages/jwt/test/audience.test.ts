import { describe, expect, it } from 'vitest';
import { AUDIENCE, decide, principalOf, token } from './support/test-authenticator.ts';

describe('the aud of a token', () => {
  it('is a string, or a list that contains an accepted value', async () => {
    expect((await principalOf(token({ aud: AUDIENCE }))).audience).toEqual([AUDIENCE]);
    const several = ['billing', AUDIENCE];
    expect((await principalOf(token({ aud: several }))).audience).toEqual(several);
  });

  it.each([
    ['missing', undefined],
    ['null', null],
    ['empty', ''],
    ['an empty list', []],
    ['another', 'billing'],
    ['a list of other audiences', ['billing', 'shipping']],
    ['in another case', 'Orders'],
    ['longer', 'orders2'],
    ['shorter', 'order'],
    ['several in one string', 'billing orders'],
    ['with a space', 'orders '],
    ['a list within a list', [[AUDIENCE]]],
    ['a list with a number in it', [AUDIENCE, 5]],
    ['a list with null in it', [null, AUDIENCE]],
    ['a list with an object in it', [AUDIENCE, {}]],
    ['an object', { [AUDIENCE]: true }],
    ['an object that looks like a list', { 0: AUDIENCE, length: 1 }],
    ['a number', 5],
    ['true', true],
  ])('is refused if it is %s', async (_, aud) => {
    expect(await decide(token({ aud }))).toBe('invalid_token/audience');
  });

  it('can be any configured value', async () => {
    const audience = ['orders', 'orders-v2'] as const;
    expect(await decide(token({ aud: 'orders-v2' }), { audience })).toBe('accepted');
    expect(await decide(token({ aud: 'orders-v3' }), { audience })).toBe('invalid_token/audience');
  });
});

describe('an audience in another claim', () => {
  const audience = { claim: 'client_id', values: ['web', 'app'] } as const;

  it('is matched in that claim', async () => {
    const principal = await principalOf(token({ aud: undefined, client_id: 'app' }), { audience });
    expect(principal).toMatchObject({ audience: ['app'], clientId: 'app' });
  });

  it.each([
    ['is another', { client_id: 'evil' }],
    ['is missing, regardless of aud', { aud: 'web' }],
    ['is a number', { client_id: 5 }],
  ])('is refused if the claim %s', async (_, changes) => {
    expect(await decide(token(changes), { audience })).toBe('invalid_token/audience');
  });

  it('is one literal own claim of the token', async () => {
    const nested = { audience: { claim: 'a.b', values: ['web'] } } as const;
    expect(await decide(token({ a: { b: 'web' } }), nested)).toBe('invalid_token/audience');
    expect(await decide(token({ 'a.b': 'web' }), nested)).toBe('accepted');
    const inherited = { audience: { claim: 'constructor', values: ['Object'] } } as const;
    expect(await decide(token(), inherited)).toBe('invalid_token/audience');
  });
});
