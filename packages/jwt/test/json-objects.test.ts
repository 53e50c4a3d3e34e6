import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownMember, parseJsonObject } from '../src/compact/json-object.ts';
import {
  claims,
  decide,
  header,
  ISSUER,
  payloadText,
  principalOf,
  tokenOfHeader,
  tokenOfPayload,
} from './support/test-authenticator.ts';

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** Replacements for a part of a good token that are not a JSON object in UTF-8. */
function mangled(part: object): readonly (readonly [string, string | Uint8Array])[] {
  const text = JSON.stringify(part);
  return [
    ['nothing', ''],
    ['an array', '[]'],
    ['an array around the object', `[${text}]`],
    ['null', 'null'],
    ['a string', '"text"'],
    ['the object within a string', JSON.stringify(text)],
    ['a number', '5'],
    ['true', 'true'],
    ['no JSON', '{alg:1}'],
    ['JSON that was cut', text.slice(0, -1)],
    ['something after the object', `${text}{}`],
    ['a trailing comma', `${text.slice(0, -1)},}`],
    ['NaN in it', `${text.slice(0, -1)},"a":NaN}`],
    ['a byte order mark before it', Buffer.concat([BOM, Buffer.from(text)])],
    ['a byte that is no UTF-8', Buffer.from(`${text.slice(0, -1)},"a":"\xff"}`, 'latin1')],
    ['an overlong slash', Buffer.from(`${text.slice(0, -1)},"a":"\xc0\xaf"}`, 'latin1')],
    ['half a surrogate pair', Buffer.from(`${text.slice(0, -1)},"a":"\xed\xa0\x80"}`, 'latin1')],
    ['UTF-16', Buffer.from(text, 'utf16le')],
  ];
}

describe('a header', () => {
  it.each(mangled(header()))('is refused where it is %s', async (_, part) => {
    expect(await decide(tokenOfHeader(part))).toBe('malformed_credentials/not_a_json_object');
  });

  it('can have a member twice; the last one is used', async () => {
    const good = '"kid":"main","typ":"JWT"';
    expect(await decide(tokenOfHeader(`{"alg":"none","alg":"EdDSA",${good}}`))).toBe('accepted');
    expect(await decide(tokenOfHeader(`{"alg":"EdDSA","alg":"none",${good}}`))).toBe(
      'invalid_token/algorithm',
    );
  });

  it('has own members only', async () => {
    expect(await decide(tokenOfHeader('{"__proto__":{"alg":"EdDSA"},"kid":"main"}'))).toBe(
      'invalid_token/algorithm',
    );
  });
});

describe('a payload', () => {
  it.each(mangled(claims()))('is refused where it is %s', async (_, part) => {
    expect(await decide(tokenOfPayload(part))).toBe('malformed_credentials/not_a_json_object');
  });

  it('can have a member twice; the last one is used everywhere', async () => {
    const good = payloadText(`"iss":"${ISSUER}","sub":"bob","aud":["x"],"aud":["orders","a"]`);
    const principal = await principalOf(tokenOfPayload(good));
    expect(principal).toMatchObject({ subject: 'bob', audience: ['orders', 'a'] });
    expect(principal.claims).toMatchObject({ sub: 'bob', aud: ['orders', 'a'] });
    expect(await decide(tokenOfPayload(payloadText('"exp":1')))).toBe('invalid_token/expired');
  });

  it('has own claims only: __proto__ is an ordinary name', async () => {
    const inherited = `{"__proto__":${JSON.stringify(claims())}}`;
    expect(await decide(tokenOfPayload(inherited))).toBe('invalid_token/issuer');
    const principal = await principalOf(
      tokenOfPayload(payloadText('"__proto__":{"scope":"root"}')),
    );
    expect(principal.scopes).toEqual([]);
    expect(Object.getOwnPropertyNames(principal.claims)).toContain('__proto__');
    expect(Object.getPrototypeOf(principal.claims)).toBe(Object.prototype);
    expect(({} as { scope?: string }).scope).toBeUndefined();
  });

  it('can be as deep as the token length allows', async () => {
    const deep = payloadText(`"deep":${'['.repeat(20_000)}${']'.repeat(20_000)}`);
    expect(await decide(tokenOfPayload(deep))).toBe('accepted');
  });
});

describe('parseJsonObject', () => {
  it('reads any JSON object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        const text = JSON.stringify(object);
        expect(parseJsonObject(Buffer.from(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('reads no other JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
        expect(parseJsonObject(Buffer.from(JSON.stringify(value))) !== undefined).toBe(isObject);
      }),
    );
  });

  it('returns undefined for random bytes, and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ max: 0xff }), (bytes) => {
        expect(() => parseJsonObject(Buffer.from(bytes))).not.toThrow();
      }),
    );
  });

  it('returns own members only', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];
    for (const name of names) {
      expect(ownMember({}, name)).toBeUndefined();
      const object = parseJsonObject(Buffer.from(`{"${name}":"mine"}`));
      expect(ownMember(object ?? {}, name)).toBe('mine');
    }
  });
});
