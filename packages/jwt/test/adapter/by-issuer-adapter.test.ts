import { type Authenticator, ConfigError } from '@grpc-authn/core/authenticator';
import { beforeAll, describe, expect, it } from 'vitest';
import { startTestIssuer, type TestIssuer } from '@grpc-authn/testing';
import { adapter } from '../../src/adapter.ts';
import { createJwtAuthenticator, importKeySet } from '../../src/index.ts';
import {
  createSpecCheck,
  decisionOf,
  make,
  membersWithoutDescription,
} from '../support/adapter-specs.ts';

const check = createSpecCheck(adapter);

describe('the spec of byIssuer', () => {
  it.each<object>([
    { issuers: { 'https://a.example': 'a' } },
    { issuers: { 'https://a.example': { use: 'jwks', audience: 'orders' } }, opaque: 'b' },
    { issuers: { 'https://a.example': 'a', constructor: 'c' }, opaque: { use: 'introspection' } },
  ])('is accepted: %j', (spec) => {
    expect(check(spec)).toBe('accepted');
  });

  it.each<[string, unknown]>([
    ['issuers: ', {}],
    ['issuers: expected at least one issuer', { issuers: {} }],
    ['issuers.https://a.example: expected the name', { issuers: { 'https://a.example': 5 } }],
    [
      'issuers.https://a.example: expected a non-empty string',
      { issuers: { 'https://a.example': '' } },
    ],
    ['issuers. : ', { issuers: { ' ': 'a' } }],
    ['opaque: expected the name', { issuers: { a: 'a' }, opaque: null }],
    [': unknown keys: "issuer"', { issuers: { a: 'a' }, issuer: 'a' }],
    [': ', 'main'],
  ])('is rejected with %j', (issue, spec) => {
    expect(check(spec)).toContain(issue);
  });

  it.each([
    ['{"issuers":{"a":"a","__proto__":"b"}}', ['issuers']],
    ['{"issuers":{"a":{"use":"x","__proto__":{}}}}', ['issuers', 'a']],
  ])('is rejected for a member __proto__, which would be dropped: %s', (json, path) => {
    const result = adapter.schema['~standard'].validate(JSON.parse(json));
    const [message, keys] = ['unknown keys: "__proto__"', ['__proto__']];
    expect(result).toEqual({ issues: [{ code: 'unknown_keys', path, message, keys }] });
  });

  it('may contain itself, by an alias in YAML', () => {
    const spec: Record<string, unknown> = { use: 'jwks' };
    spec['self'] = spec;
    const result = adapter.schema['~standard'].validate({ issuers: { a: spec } });
    expect(result).toMatchObject({ value: { issuers: { a: { use: 'jwks' } } } });
  });

  it('describes every member', () => {
    expect(membersWithoutDescription(adapter)).toEqual([]);
  });
});

describe('use: byIssuer in a config file', () => {
  let a: TestIssuer;
  let b: TestIssuer;
  beforeAll(async () => {
    [a, b] = await Promise.all([startTestIssuer(), startTestIssuer()]);
    return async () => {
      await Promise.all([a.close(), b.close()]);
    };
  });

  const childOf = async (name: string, { issuer, jwksUri }: TestIssuer) => {
    const keys = importKeySet((await (await fetch(jwksUri)).json()) as never);
    return createJwtAuthenticator({ name, keys, issuer, audience: 'orders' });
  };

  it('builds each child with its path, and routes to it', async () => {
    const inline = { use: 'jwks' };
    const children = new Map<unknown, Authenticator<object>>([
      ['first', await childOf('first', a)],
      [inline, await childOf('second', b)],
    ]);
    const built: unknown[] = [];
    const composed = await make(
      adapter,
      { issuers: { [a.issuer]: 'first', [b.issuer]: inline } },
      {
        async build(spec, path) {
          built.push([spec, path]);
          return [...children.values()][built.length - 1] as Authenticator<object>;
        },
      },
    );
    expect(built).toEqual([
      ['first', ['issuers', a.issuer]],
      [inline, ['issuers', b.issuer]],
    ]);
    expect(await decisionOf(composed, await a.sign({ aud: 'orders' }))).toBe('first');
    expect(await decisionOf(composed, await b.sign({ aud: 'orders' }))).toBe('second');
    expect(await decisionOf(composed, 'opaque')).toBe('malformed_credentials/not_a_compact_jws');
  });

  it('sends tokens that are not JWTs to "opaque"', async () => {
    const children: Record<string, Authenticator<object>> = {
      first: await childOf('first', a),
      other: await childOf('other', b),
    };
    const composed = await make(
      adapter,
      { issuers: { [a.issuer]: 'first' }, opaque: 'other' },
      {
        async build(spec, path) {
          if (spec === 'other') expect(path).toEqual(['opaque']);
          return children[String(spec)] as Authenticator<object>;
        },
      },
    );
    const asked = children['other'] as { authenticate: unknown };
    asked.authenticate = () => {
      throw new Error('asked the other');
    };
    await expect(decisionOf(composed, 'opaque')).rejects.toThrow('asked the other');
  });

  it('fails with the error of a child, and if a child has another issuer', async () => {
    const spec = { issuers: { 'https://c.example': 'first' } };
    await expect(make(adapter, spec)).rejects.toThrow('no children');
    const first = await childOf('first', a);
    const making = make(adapter, spec, { build: () => Promise.resolve(first) });
    await expect(making).rejects.toThrow(ConfigError);
  });
});
