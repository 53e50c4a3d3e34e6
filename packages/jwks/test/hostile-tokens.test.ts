import { describe, expect, it } from 'vitest';
import { type KeyServer, keySetOf, startKeyServer } from './support/key-server.ts';
import { printLoopGap } from './support/loop-gap.ts';
import { createSigner, unknownToken } from './support/signer.ts';
import { createSubject, secondsUntil, settle, type Subject } from './support/test-authenticator.ts';

const key = createSigner('good');
const otherSigner = createSigner('otherSigner');

async function start(keys: readonly object[]): Promise<Subject & { readonly server: KeyServer }> {
  const server = await startKeyServer();
  server.say(keySetOf(...keys));
  const subject = createSubject({ url: server.url });
  await subject.authenticator.ready();
  return { ...subject, server };
}

describe('a token with a malicious kid', () => {
  it.each([
    ['ten thousand characters', 'x'.repeat(10_000)],
    ['a path', '../../etc/passwd'],
    ['a prototype', '__proto__'],
    ['a control character', 'a\u0000\n'],
  ])('is refused as unknown after one look-up: %s', async (_, kid) => {
    const { decide, server } = await start([key.jwk]);
    expect(await decide(unknownToken(kid))).toBe('invalid_token/unknown_key');
    expect(server.requests).toHaveLength(2);
  });
});

describe('a token whose kid has a million characters', () => {
  it('is refused before anything is fetched', async () => {
    const { decide, server } = await start([key.jwk]);
    const words = await decide(unknownToken('x'.repeat(1_000_000)));
    expect(words).toBe('malformed_credentials/too_large');
    expect(server.requests).toHaveLength(1);
  });
});

describe('a flood of tokens without kid', () => {
  it('tries four keys a token, and fetches nothing, where keys fit', async () => {
    const keys = Array.from({ length: 64 }, (_, index) => createSigner(`${index}`).jwk);
    const { decide, server } = await start(keys);
    const without = Array.from({ length: 500 }, () => key.token({}, { kid: undefined }));
    await printLoopGap('500 tokens without kid', async () => {
      const verdicts = await Promise.all(without.map((token) => decide(token)));
      expect(new Set(verdicts)).toEqual(new Set(['invalid_token/signature']));
    });
    expect(server.requests).toHaveLength(1);
  });

  it('makes two fetches at most, and one for each second more, where none fits', async () => {
    const subject = await start([]);
    const { decide, server } = subject;
    const flood = Array.from({ length: 1000 }, () => decide(key.token({}, { kid: undefined })));
    await settle();
    expect(server.requests.length - 1).toBeLessThanOrEqual(2);
    const seconds = await secondsUntil(flood, subject);
    expect(new Set(await Promise.all(flood))).toEqual(new Set(['invalid_token/unknown_key']));
    expect(server.requests.length - 1).toBeLessThanOrEqual(2 + seconds);
  });

  it('leaves the good ones be', async () => {
    const { decide } = await start([key.jwk]);
    const flood = Array.from({ length: 500 }, () =>
      decide(otherSigner.token({}, { kid: undefined })),
    );
    expect(await decide(key.token({}, { kid: undefined }))).toBe('accepted');
    await Promise.all(flood);
  });
});
