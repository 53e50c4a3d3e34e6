import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuthEvent, ManagedAuthenticator } from '@grpc-authn/core/authenticator';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type CountedClock, createCountedClock } from '../../jwks/test/support/counted-clock.ts';
import { type KeyServer, startKeyServer } from '../../jwks/test/support/key-server.ts';
import { decisionOf } from '../../jwt/test/support/adapter-specs.ts';
import { eventually, settle } from '../../provider/test/support/waiting.ts';
import type { SpiffeOptions } from '../src/index.ts';
import { bundleKey, createSigningKey, createVerifier, svid } from './support/trust-domain.ts';

const [key, added] = [createSigningKey('ES256', 'key'), createSigningKey('ES256', 'added')];
const x509 = bundleKey(createSigningKey('ES256', 'x509'), { use: 'x509-svid', kid: undefined });

interface Subject {
  readonly authenticator: ManagedAuthenticator;
  readonly clock: CountedClock;
  readonly events: readonly AuthEvent[];
}

function createSubject(bundle: SpiffeOptions['bundle'], http = {}): Subject {
  const events: AuthEvent[] = [];
  const clock = createCountedClock();
  const report = (event: AuthEvent): void => void events.push(event);
  const authenticator = createVerifier([], { bundle, clock, report, http });
  onTestFinished(() => authenticator.close());
  return { authenticator, clock, events };
}

const bundleOf = (keys: readonly unknown[], members: object = {}): string =>
  JSON.stringify({ ...members, keys });

async function serve(text: string): Promise<Subject & { readonly server: KeyServer }> {
  const server = await startKeyServer();
  server.say(text);
  return { server, ...createSubject({ url: server.url }) };
}

describe('a bundle from a URL', () => {
  it.each([
    ['as its hint says', { spiffe_refresh_hint: 60 }, 60],
    ['as a short hint says', { spiffe_refresh_hint: 2 }, 2],
    ['at least every hour', { spiffe_refresh_hint: 2_419_200 }, 3600],
    ['every five minutes without a hint', {}, 300],
    ['every five minutes with a hint of zero', { spiffe_refresh_hint: 0 }, 300],
    ['every five minutes with a negative hint', { spiffe_refresh_hint: -5 }, 300],
    ['every five minutes with a fractional hint', { spiffe_refresh_hint: 0.001 }, 300],
    ['every five minutes with a hint that is text', { spiffe_refresh_hint: '60' }, 300],
  ])('is refreshed %s', async (_, members, seconds) => {
    const { server, authenticator, clock, events } = await serve(
      bundleOf([bundleKey(key)], { spiffe_sequence: 1, ...members }),
    );
    await authenticator.ready();
    await clock.advance(seconds * 749);
    await settle();
    expect(server.requests).toHaveLength(1);
    await clock.advance(seconds * 152);
    await eventually(() => events.length === 2);
    expect(server.requests).toHaveLength(2);
    expect(await decisionOf(authenticator, svid(key))).toBe('spiffe');
  });

  it('may have keys of other kinds of SVID, which verify nothing and are not reported', async () => {
    const own = createSigningKey('ES256', 'own');
    const keys = [x509, bundleKey(own, { use: 'x509-svid' }), bundleKey(key), { kty: 'new' }, 5];
    const { authenticator, events } = await serve(bundleOf(keys));
    expect(await decisionOf(authenticator, svid(key))).toBe('spiffe');
    expect(await decisionOf(authenticator, svid(own))).toBe('invalid_token/unknown_key');
    expect(events[0]).toMatchObject({
      type: 'keys_refreshed',
      authenticator: 'spiffe',
      detail: { usable: 1, discarded: 0 },
    });
  });

  it('verifies nothing with a key without kid, and reports it', async () => {
    const { kid: _, ...nameless } = bundleKey(added);
    const { authenticator, events } = await serve(bundleOf([nameless, bundleKey(key)]));
    expect(await decisionOf(authenticator, svid(key))).toBe('spiffe');
    for (const kid of [undefined, 'added', 'null']) {
      expect(await decisionOf(authenticator, svid(added, {}, { kid }))).toMatch(
        /^invalid_token\/(unknown_key|signature)$/,
      );
    }
    const discarded = [{ kid: null, why: 'its kid is not a string' }];
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'keys_discarded', detail: { keys: discarded } }),
    );
  });

  it('that is empty revokes every key', async () => {
    const { server, authenticator, clock, events } = await serve(bundleOf([bundleKey(key)]));
    expect(await decisionOf(authenticator, svid(key))).toBe('spiffe');
    let changes = 0;
    authenticator.subscribe(() => {
      changes += 1;
    });
    server.say(bundleOf([x509]));
    await clock.advance(300_000);
    await eventually(() => events.filter(({ type }) => type === 'keys_refreshed').length === 2);
    expect(changes).toBe(1);
    expect(await decisionOf(authenticator, svid(key))).toBe('invalid_token/unknown_key');
  });

  it('is fetched at once for a kid that is not in it', async () => {
    const { server, authenticator } = await serve(bundleOf([bundleKey(key)]));
    expect(await decisionOf(authenticator, svid(key))).toBe('spiffe');
    server.say(bundleOf([bundleKey(key), bundleKey(added)]));
    expect(await decisionOf(authenticator, svid(added))).toBe('spiffe');
    expect(server.requests).toHaveLength(2);
  });

  it.each<readonly [string, string, number]>([
    ['an error', bundleOf([bundleKey(added)]), 500],
    ['a redirect', bundleOf([bundleKey(added)]), 302],
    ['HTML', '<html>', 200],
    ['no bundle', '{"keys":{}}', 200],
    ['a list', '[]', 200],
  ])('stays in use for an hour when the endpoint answers with %s', async (_, body, status) => {
    const { server, authenticator, clock, events } = await serve(bundleOf([bundleKey(key)]));
    expect(await decisionOf(authenticator, svid(key))).toBe('spiffe');
    server.say(body, status, status === 302 ? { location: '/jwks' } : {});
    await clock.advance(300_000);
    await eventually(() => events.some(({ type }) => type === 'keys_unavailable'));
    expect(await decisionOf(authenticator, svid(key))).toBe('spiffe');
    await clock.advance(3_600_000);
    expect(await decisionOf(authenticator, svid(key))).toBe('unavailable/jwks');
  });

  it('is UNAVAILABLE before it was fetched once, and refuses a token that can be refused', async () => {
    const { authenticator } = createSubject({ url: 'http://127.0.0.1:9/bundle' });
    expect(await decisionOf(authenticator, svid(key))).toBe('unavailable/jwks');
    expect(await decisionOf(authenticator, svid(key, { aud: 'stock' }))).toBe(
      'invalid_token/audience',
    );
    await expect(authenticator.ready()).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('is not fetched for tokens of other trust domains and issuers', async () => {
    const { server, authenticator } = await serve(bundleOf([bundleKey(key)]));
    for (const sub of ['alice', 'spiffe://other.example/web']) {
      expect(await decisionOf(authenticator, svid(key, { sub }))).toBe('invalid_token/issuer');
    }
    expect(server.requests).toHaveLength(0);
  });

  it('is fetched with the configured headers, and closed with the authenticator', async () => {
    const server = await startKeyServer();
    server.say(bundleOf([bundleKey(key)]));
    const http = { headers: { 'x-api-key': 'k' } };
    const { authenticator, clock } = createSubject({ url: server.url }, http);
    await authenticator.ready();
    expect(server.requests[0]?.headers['x-api-key']).toBe('k');
    await authenticator.close();
    expect(clock.waiting).toBe(0);
    expect(await decisionOf(authenticator, svid(key))).toBe('unavailable/jwks');
  });
});

describe('a bundle from a file', () => {
  it('is read again within five seconds, whatever its hint says', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'spiffe-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'bundle.json');
    await writeFile(file, bundleOf([x509, bundleKey(key)], { spiffe_refresh_hint: 3600 }));
    const { authenticator, clock, events } = createSubject({ file });
    expect(await decisionOf(authenticator, svid(key))).toBe('spiffe');
    await writeFile(file, bundleOf([bundleKey(added)]));
    await clock.advance(5000);
    await eventually(() => events.length === 2);
    expect(await decisionOf(authenticator, svid(added))).toBe('spiffe');
    expect(await decisionOf(authenticator, svid(key))).toBe('invalid_token/unknown_key');
  });
});

describe('a bundle that is given', () => {
  it('verifies, and never changes', async () => {
    const { authenticator } = createSubject({ keys: [x509, bundleKey(key)] });
    const { signal } = new AbortController();
    const verdict = authenticator.authenticate(
      { scheme: 'bearer', token: svid(key) },
      { method: '/a.B/C', signal },
    );
    expect(await verdict).toMatchObject({ authenticator: 'spiffe' });
  });
});
