import { describe, expect, it } from 'vitest';
import { z } from '@grpc-authn/config/adapter';
import { httpSchema } from '../src/adapter.ts';
import { readHttpOptions } from '../src/index.ts';

const schema = z.strictObject(httpSchema);

describe('the section http of a file', () => {
  it.each([
    {},
    { ca: '-----BEGIN CERTIFICATE-----' },
    { headers: { 'x-api-key': 'k' } },
    { timeoutMs: 1 },
    { timeoutMs: 60_000 },
    { dangerouslyAllowHttpFrom: ['http://idp.internal:8080', 'http://[::1]:8080'] },
  ])('accepts what the factories accept: %j', (options) => {
    expect(schema.safeParse(options).success).toBe(true);
    expect(() => readHttpOptions(options)).not.toThrow();
  });

  it.each([
    { ca: 5 },
    { headers: { 'x-api-key': 5 } },
    { headers: 'x-api-key: k' },
    { timeoutMs: 0 },
    { timeoutMs: 60_001 },
    { timeoutMs: '5000' },
    { dangerouslyAllowHttpFrom: 'http://idp.internal:8080' },
    { dangerouslyAllowHttpFrom: ['https://idp.internal:8080'] },
    { dangerouslyAllowHttpFrom: ['http://idp.internal:8080/'] },
    { timeoutMS: 5 },
  ])('rejects what they reject: %j', (options) => {
    expect(schema.safeParse(options).success).toBe(false);
    expect(() => readHttpOptions(options as never)).toThrow(/^http(\.|: )/);
  });

  it('has no fetch', () => {
    expect(schema.safeParse({ fetch: 'undici' }).success).toBe(false);
  });
});
