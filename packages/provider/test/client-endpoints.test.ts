import { describe, expect, it } from 'vitest';
import { askedRestMs, isClientRejected, readClientEndpoint } from '../src/index.ts';

const ISSUER = 'https://id.example.com';
const read = (
  metadata: Parameters<typeof readClientEndpoint>[1],
  more: Partial<Parameters<typeof readClientEndpoint>[2]> = {},
): string =>
  readClientEndpoint('token_endpoint', metadata, {
    origin: new URL(ISSUER),
    issuer: ISSUER,
    mutualTls: false,
    remedy: 'do this',
    ...more,
  }).href;

describe('the endpoint at which a client authenticates', () => {
  const own = `${ISSUER}/token`;
  const other = 'https://mtls.example.net/token';
  const aliases = { token_endpoint: own, mtls_endpoint_aliases: { token_endpoint: other } };

  it('is of the origin of the issuer, or of its metadata', () => {
    expect(read({ token_endpoint: own })).toBe(own);
    const origin = new URL('https://internal.example.com/metadata');
    expect(read({ token_endpoint: own }, { origin })).toBe(own);
    const internal = 'https://internal.example.com/token';
    expect(read({ token_endpoint: internal }, { origin })).toBe(internal);
  });

  it('is not of another origin, and the error says what to do', () => {
    expect(() => read({ token_endpoint: other })).toThrow(
      'https://id.example.com/: its token_endpoint https://mtls.example.net/token is of another origin, ' +
        'to which our credentials are not sent; do this',
    );
    expect(() => read({ token_endpoint: other }, { issuer: 'not a URL' })).toThrow(
      /another origin/,
    );
  });

  it('is the alias for mutual TLS, which may be of another origin, for a certificate alone', () => {
    expect(read(aliases, { mutualTls: true })).toBe(other);
    expect(read(aliases)).toBe(own);
    expect(read({ token_endpoint: other }, { mutualTls: true })).toBe(other);
  });

  it('is checked like each URL of metadata', () => {
    expect(() => read({})).toThrow(/no URL as token_endpoint/);
    expect(() => read({ token_endpoint: 'http://id.example.com/token' })).toThrow(/is not https/);
  });
});

describe('an answer', () => {
  it.each<readonly [number, string, boolean | undefined]>([
    [200, '{"error":"invalid_client"}', false],
    [401, '', true],
    [400, '{"error":"invalid_client"}', true],
    [400, '{"error":"invalid_grant"}', false],
    [400, '["invalid_client"]', false],
    [400, '', false],
    [403, '<html></html>', true],
    [403, '{"error":"access_denied"}', false],
    [429, '', undefined],
    [500, '{"error":"invalid_client"}', undefined],
  ])('of %s %s says that the client is rejected: %s', async (status, body, isRejected) => {
    const response = new Response(body, { status });
    expect(await isClientRejected(response)).toBe(isRejected);
    expect(await response.text()).toBe(body);
  });

  it.each<readonly [number, string | undefined, number | undefined]>([
    [429, '7', 7000],
    [503, '7', 7000],
    [429, '3600', 60_000],
    [429, undefined, undefined],
    [500, '7', undefined],
    [400, '7', undefined],
  ])('of %s with Retry-After %s asks for a rest of %s ms', (status, value, ms) => {
    const headers = value === undefined ? undefined : { 'retry-after': value };
    const response = new Response('', { status, ...(headers && { headers }) });
    expect(askedRestMs(response, 0)).toBe(ms);
  });
});
