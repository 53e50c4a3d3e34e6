import type { AuthenticatorEvent } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { keySetOf, startKeyServer } from './support/key-server.ts';
import { createSigner } from './support/signer.ts';
import { createSubject } from './support/test-authenticator.ts';

const [one, two, three] = [createSigner('one'), createSigner('two'), createSigner('three')];

/** How often keys_changed is emitted when a set of the first keys is replaced by the second. */
async function tellChanges(first: readonly object[], second: readonly object[]): Promise<number> {
  const server = await startKeyServer();
  server.say(keySetOf(...first));
  const { authenticator, clock, reported } = createSubject({ url: server.url });
  const received: AuthenticatorEvent[] = [];
  authenticator.subscribe((event) => received.push(event));
  await authenticator.ready();
  expect(received).toEqual([]);
  server.say(keySetOf(...second));
  await clock.advance(540_000);
  await reported('keys_refreshed', 2);
  for (const event of received) expect(event).toEqual({ type: 'keys_changed' });
  return received.length;
}

describe('keys_changed', () => {
  it.each<readonly [string, readonly object[], readonly object[]]>([
    ['nothing changes', [one.jwk], [one.jwk]],
    ['a key is added', [one.jwk], [one.jwk, two.jwk]],
    ['the order changes', [one.jwk, two.jwk], [two.jwk, one.jwk]],
    ['the first key comes', [], [one.jwk]],
    ['a member changes that says nothing', [one.jwk], [{ ...one.jwk, x5c: ['AAAA'], note: 'x' }]],
    ['a key goes that was never used', [one.jwk, { kty: 'oct', k: 'AAAA' }], [one.jwk]],
    ['the name of its algorithm changes alone', [one.jwk], [{ ...one.jwk, alg: 'Ed25519' }]],
  ])('is not emitted if %s', async (_, first, second) => {
    expect(await tellChanges(first, second)).toBe(0);
  });

  it.each<readonly [string, readonly object[], readonly object[]]>([
    ['a key is removed', [one.jwk, two.jwk], [two.jwk]],
    ['a key is replaced', [one.jwk], [two.jwk]],
    ['all are removed', [one.jwk], []],
    ['a key changes under its kid', [one.jwk], [{ ...two.jwk, kid: 'one' }]],
    ['a kid changes', [one.jwk], [{ ...one.jwk, kid: 'uno' }]],
    ['a kid is taken away', [one.jwk], [{ ...one.jwk, kid: undefined }]],
    ['a key is no longer for verifying', [one.jwk], [{ ...one.jwk, use: 'enc' }]],
    [
      'a twin makes a key unusable',
      [one.jwk, two.jwk],
      [one.jwk, two.jwk, { ...three.jwk, kid: 'one' }],
    ],
  ])('is emitted once if %s', async (_, first, second) => {
    expect(await tellChanges(first, second)).toBe(1);
  });

  it('is reported by a look-up too', async () => {
    const server = await startKeyServer([one]);
    const { authenticator, decide } = createSubject({ url: server.url });
    await authenticator.ready();
    const received: unknown[] = [];
    authenticator.subscribe((event) => received.push(event));
    server.publish([two]);
    expect(await decide(two.token())).toBe('accepted');
    expect(received).toEqual([{ type: 'keys_changed' }]);
  });

  it('is not reported for an outage', async () => {
    const server = await startKeyServer([one]);
    const { authenticator, clock, reported } = createSubject({ url: server.url });
    await authenticator.ready();
    const received: unknown[] = [];
    authenticator.subscribe((event) => received.push(event));
    server.say('<html>');
    await clock.advance(540_000);
    await reported('keys_unavailable', 1);
    server.publish([one]);
    await clock.advance(2400);
    await reported('keys_recovered', 1);
    expect(received).toEqual([]);
  });

  it('reaches every listener, whatever another throws, until it leaves', async () => {
    const server = await startKeyServer([one]);
    const { authenticator, decide } = createSubject({ url: server.url });
    await authenticator.ready();
    const received: string[] = [];
    authenticator.subscribe(() => {
      throw new Error('a bug');
    });
    authenticator.subscribe(() => received.push('stays'));
    const leave = authenticator.subscribe(() => received.push('leaves'));
    server.publish([two]);
    expect(await decide(two.token())).toBe('accepted');
    leave();
    server.publish([three]);
    expect(await decide(three.token())).toBe('accepted');
    expect(received).toEqual(['stays', 'leaves', 'stays']);
  });

  it('is reported when the new set is in use', async () => {
    const server = await startKeyServer([one]);
    const { authenticator, decide } = createSubject({ url: server.url });
    await authenticator.ready();
    const verdicts: Promise<string>[] = [];
    authenticator.subscribe(() => verdicts.push(decide(two.token())));
    server.publish([two]);
    await decide(two.token());
    expect(await Promise.all(verdicts)).toEqual(['accepted']);
  });
});
