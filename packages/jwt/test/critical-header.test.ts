import { describe, expect, it } from 'vitest';
import { encodePart, signInput } from './support/signing-key.ts';
import { claims, decide, header, key, token, tokenOfHeader } from './support/test-authenticator.ts';

// RFC 7515, section 4.1.11: nothing is understood here, so nothing may be critical.
describe('a header with crit', () => {
  it.each([
    ['an unknown extension', ['urn:example:unknown'], { 'urn:example:unknown': 1 }],
    ['an extension that is missing', ['exp'], {}],
    ['b64, which jose understands', ['b64'], { b64: true }],
    ['a registered name', ['alg'], {}],
    ['no name', [], {}],
    ['a name twice', ['b64', 'b64'], { b64: true }],
    ['an empty name', [''], {}],
    ['text', 'b64', { b64: true }],
    ['null', null, {}],
    ['false', false, {}],
  ])('is refused if it lists %s', async (_, crit, members) => {
    expect(await decide(token({}, { crit, ...members }))).toBe('invalid_token/critical');
  });

  it('is accepted if only a nested member is named crit', async () => {
    expect(await decide(token({ crit: ['exp'] }, { nested: { crit: ['exp'] } }))).toBe('accepted');
  });

  it('is refused if crit occurs twice and the last is empty', async () => {
    const text = `${JSON.stringify(header()).slice(0, -1)},"crit":["b64"],"crit":[]}`;
    expect(await decide(tokenOfHeader(text))).toBe('invalid_token/critical');
  });
});

// RFC 7797
describe('an unencoded payload', () => {
  it.each([false, 'false', 0, null, 'true'])('is refused: b64 is %j', async (b64) => {
    expect(await decide(token({}, { b64 }))).toBe('invalid_token/critical');
  });

  it('is refused even if it is signed as in RFC 7797', async () => {
    const protectedPart = encodePart(header({ b64: false, crit: ['b64'] }));
    const signature = signInput(key, `${protectedPart}.${JSON.stringify(claims())}`);
    const jwt = `${protectedPart}.${encodePart(claims())}.${signature.toString('base64url')}`;
    expect(await decide(jwt)).toBe('invalid_token/critical');
  });

  it('is accepted with b64: true, which means encoded', async () => {
    expect(await decide(token({}, { b64: true }))).toBe('accepted');
  });
});
