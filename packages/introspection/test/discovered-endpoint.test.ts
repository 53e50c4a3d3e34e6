import { createFakeClock } from '@grpc-authn/testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { METADATA_PATH, type ProviderServer, startProvider } from './support/provider-server.ts';
import { causeOf, createSubject, SECRET } from './support/test-authenticator.ts';

const OAUTH_PATH = '/.well-known/oauth-authorization-server';
const discoveries = ({ paths }: ProviderServer) => paths.filter((path) => path !== '/introspect');

describe('the endpoint that the metadata name', () => {
  it('is asked, and the metadata are asked for once', async () => {
    const provider = await startProvider();
    const { decide } = createSubject({ issuer: provider.origin });
    await Promise.all(['a', 'b', 'c'].map((token) => decide(token)));
    expect(await decide('d')).toBe('accepted');
    expect(discoveries(provider)).toEqual([METADATA_PATH]);
    expect(provider.questions).toHaveLength(4);
  });

  it.each([[403], [404], [500]])(
    'is found at the path of RFC 8414 where the other answers %i',
    async (status) => {
      const provider = await startProvider();
      const metadata = { issuer: provider.origin, introspection_endpoint: provider.endpoint };
      provider.publish(OAUTH_PATH, metadata);
      provider.publish(METADATA_PATH, {}, status);
      expect(await createSubject({ issuer: provider.origin }).decide('a')).toBe('accepted');
      expect(discoveries(provider)).toEqual([METADATA_PATH, OAUTH_PATH]);
    },
  );

  it('is discovered again after an hour, while the known one is used', async () => {
    const clock = createFakeClock();
    const provider = await startProvider();
    const { decide } = createSubject({ issuer: provider.origin }, { clock, cache: false });
    await decide('a');
    const elsewhere = `${provider.origin}/elsewhere`;
    provider.publish(METADATA_PATH, { issuer: provider.origin, introspection_endpoint: elsewhere });
    provider.publish('/elsewhere', { active: false });
    await clock.advance(3_599_999);
    expect(await decide('a')).toBe('accepted');
    expect(discoveries(provider)).toHaveLength(1);
    await clock.advance(1);
    expect(await decide('a')).toBe('accepted');
    await expect.poll(() => decide('a')).toBe('invalid_token/inactive');
  });

  it('serves on where the metadata cannot be had after an hour', async () => {
    const clock = createFakeClock();
    const provider = await startProvider();
    const { decide } = createSubject({ issuer: provider.origin }, { clock, cache: false });
    await decide('a');
    provider.publish(METADATA_PATH, {}, 500);
    for (let hour = 0; hour < 3; hour += 1) {
      await clock.advance(3_600_000);
      expect(await decide('a')).toBe('accepted');
    }
  });
});

describe('metadata that cannot be had', () => {
  it('is an outage, and is fetched again after 2 s', async () => {
    // The jitter at its middle.
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    onTestFinished(() => void vi.restoreAllMocks());
    const clock = createFakeClock();
    const provider = await startProvider();
    provider.publish(METADATA_PATH, {}, 503);
    const { refusal, decide } = createSubject({ issuer: provider.origin }, { clock });
    const error = await refusal('a');
    expect(error).toMatchObject({ code: 'unavailable', reason: 'discovery', retryAfterMs: 2000 });
    expect(causeOf(error)).toContain('answered 503');
    await clock.advance(1500);
    expect(await refusal('b')).toMatchObject({ reason: 'discovery', retryAfterMs: 500 });
    expect(provider.paths).toEqual([METADATA_PATH, OAUTH_PATH]);
    provider.publish(METADATA_PATH, {
      issuer: provider.origin,
      introspection_endpoint: provider.endpoint,
    });
    await clock.advance(500);
    expect(await decide('a')).toBe('accepted');
  });

  it('make ready() fail, and metadata that can be had make it resolve', async () => {
    const provider = await startProvider();
    await createSubject({ issuer: provider.origin }).authenticator.ready();
    expect(provider.paths).toEqual([METADATA_PATH]);
    await createSubject(provider).authenticator.ready();
    expect(provider.paths).toHaveLength(1);
    provider.publish(METADATA_PATH, {}, 500);
    await expect(
      createSubject({ issuer: provider.origin }).authenticator.ready(),
    ).rejects.toMatchObject({ code: 'unavailable', reason: 'discovery' });
  });

  it('are those of another issuer, and of one with a slash more', async () => {
    const provider = await startProvider();
    for (const issuer of ['https://other.example.com', `${provider.origin}/`, undefined]) {
      provider.publish(METADATA_PATH, { issuer, introspection_endpoint: provider.endpoint });
      expect(await createSubject({ issuer: provider.origin }).decide('a')).toBe(
        'unavailable/discovery',
      );
    }
    expect(provider.questions).toEqual([]);
  });
});

describe('our secret', () => {
  it('goes to no other origin than the issuer’s; the cause says what to do', async () => {
    const [provider, other] = [await startProvider(), await startProvider()];
    provider.publish(METADATA_PATH, {
      issuer: provider.origin,
      introspection_endpoint: other.endpoint,
    });
    const { refusal } = createSubject({ issuer: provider.origin });
    for (const token of ['a', 'b']) {
      const error = await refusal(token);
      expect(error).toMatchObject({ code: 'unavailable', reason: 'discovery' });
    }
    const error = await createSubject({ issuer: provider.origin }).refusal('a');
    expect(causeOf(error)).toContain(
      `introspection_endpoint ${other.endpoint} is of another origin`,
    );
    expect(causeOf(error)).toContain('configure it as the option endpoint');
    expect(causeOf(error)).not.toContain(SECRET);
    expect(other.paths).toEqual([]);
    expect(provider.questions).toEqual([]);
  });

  it('goes to another origin where the operator names it', async () => {
    const [issuer, other] = [await startProvider(), await startProvider()];
    const location = { issuer: issuer.origin, endpoint: other.endpoint };
    expect(await createSubject(location).decide('a')).toBe('accepted');
    expect(issuer.paths).toEqual([]);
    expect(other.questions).toHaveLength(1);
  });

  it.each([
    ['by http', 'http://id.example.com/introspect', 'is not https'],
    [
      'at the metadata service of a cloud, by http',
      'http://169.254.169.254/latest',
      'is not https',
    ],
    ['at the metadata service of a cloud', 'https://169.254.169.254/latest', 'is a link-local'],
    ['at that, in IPv6', 'https://[fe80::1]/introspect', 'is a link-local'],
    ['with a user name', 'https://user:pass@id.example.com/', 'has a user name'],
    ['as a file', 'file:///etc/passwd', 'is not https'],
    ['as no URL', '/introspect', 'no URL as introspection_endpoint'],
    ['as a number', 7, 'no URL as introspection_endpoint'],
    ['nowhere', undefined, 'no URL as introspection_endpoint'],
  ])('is never sent to an endpoint that is named %s', async (_, introspection_endpoint, why) => {
    const provider = await startProvider();
    provider.publish(METADATA_PATH, { issuer: provider.origin, introspection_endpoint });
    const error = await createSubject({ issuer: provider.origin }).refusal('token');
    expect(error).toMatchObject({ code: 'unavailable', reason: 'discovery' });
    expect(causeOf(error)).toContain('introspection_endpoint');
    expect(causeOf(error)).toContain(why);
    expect(causeOf(error)).not.toMatch(/pass@|canary/);
    expect(provider.paths).toEqual([METADATA_PATH]);
  });
});
