import { type Pins, withPins } from '@grpc-authn/config/adapter';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  decide,
  payloadText,
  principalOf,
  token,
  tokenOfPayload,
  verdictOf,
} from '../support/test-authenticator.ts';

const pinned = (pin: Pins, schema?: StandardSchemaV1) => {
  const { claims } = withPins({ audience: 'orders', pin }, schema);
  return { claims } as never;
};

describe('a pinned claim', () => {
  it.each<[string, Pins, object]>([
    ['the text itself', { hd: 'example.com' }, { hd: 'example.com' }],
    ['one of several texts', { hd: ['example.org', 'example.com'] }, { hd: 'example.com' }],
    ['a list that has the text', { groups: 'staff' }, { groups: ['guests', 'staff'] }],
    ['every pin at once', { hd: 'a', azp: 'b' }, { hd: 'a', azp: 'b' }],
  ])('accepts %s', async (_, pins, claims) => {
    expect(await decide(token(claims), pinned(pins))).toBe('accepted');
  });

  it.each<[string, Pins, object]>([
    ['its absence', { hd: 'example.com' }, {}],
    ['another text', { hd: 'example.com' }, { hd: 'example.com.evil' }],
    ['another case', { hd: 'example.com' }, { hd: 'EXAMPLE.com' }],
    ['a list without it', { groups: 'staff' }, { groups: ['guests'] }],
    ['an empty list', { groups: 'staff' }, { groups: [] }],
    ['a number of the same digits', { id: '5' }, { id: 5 }],
    ['an object', { id: '5' }, { id: { 5: '5' } }],
    ['a nested list', { id: '5' }, { id: [['5']] }],
    ['one of two that is missed', { hd: 'a', azp: 'b' }, { hd: 'a', azp: 'c' }],
    ['a name that only the prototype has', { constructor: 'Object' }, {}],
  ])('rejects %s as "claim"', async (_, pins, claims) => {
    expect(await decide(token(claims), pinned(pins))).toBe('invalid_token/claim');
  });

  it('is named in the refusal, without its value', async () => {
    const refusal = await verdictOf(
      token({ hd: 'a', azp: 'canary' }),
      pinned({ hd: 'a', azp: 'b' }),
    );
    expect(refusal).toMatchObject({ reason: 'claim', claim: 'azp' });
    expect(JSON.stringify(refusal)).not.toContain('canary');
  });

  it("is the token's own member, not one of Object.prototype", async () => {
    // oxlint-disable-next-line no-extend-native -- that is what is tried
    Object.defineProperty(Object.prototype, 'hd', { value: 'example.com', configurable: true });
    onTestFinished(() => void Reflect.deleteProperty(Object.prototype, 'hd'));
    expect(await decide(token(), pinned({ hd: 'example.com' }))).toBe('invalid_token/claim');
  });

  it('is the last of two claims of one name', async () => {
    const twice = tokenOfPayload(payloadText('"hd":"example.com","hd":"evil.example"'));
    expect(await decide(twice, pinned({ hd: 'example.com' }))).toBe('invalid_token/claim');
    expect(await decide(twice, pinned({ hd: 'evil.example' }))).toBe('accepted');
  });
});

describe('the claims behind a pin', () => {
  const schema: StandardSchemaV1<object, { tenant: string }> = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (payload) => {
        (payload as { hd: string }).hd = 'example.com';
        return { value: { tenant: 't1' } };
      },
    },
  };

  it("are the schema's output", async () => {
    const principal = await principalOf(token({ hd: 'a' }), pinned({ hd: 'a' }, schema));
    expect(principal.claims).toEqual({ tenant: 't1' });
  });

  it('are the payload, if there is no schema', async () => {
    const { claims } = await principalOf(token({ hd: 'a' }), pinned({ hd: 'a' }));
    expect(claims).toMatchObject({ hd: 'a', sub: 'alice' });
  });

  it('are read before a schema can write the expected value', async () => {
    const evil = token({ hd: 'evil.example' });
    expect(await decide(evil, pinned({ hd: 'example.com' }, schema))).toBe('invalid_token/claim');
  });

  it('are rejected if the schema rejects them, with its own message', async () => {
    const none: StandardSchemaV1 = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: () => ({ issues: [{ message: 'no' }] }),
      },
    };
    expect(await decide(token({ hd: 'a' }), pinned({ hd: 'a' }, none))).toBe('invalid_token/claim');
  });

  it('are checked by the schema only, if nothing is pinned', () => {
    expect(withPins({ audience: 'orders' }, schema)).toEqual({
      audience: 'orders',
      claims: schema,
    });
    expect(withPins({ audience: 'orders' }, undefined)).toEqual({ audience: 'orders' });
  });
});
