import { ConfigError } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { type HttpOptions, readHttpOptions } from '../src/index.ts';

function refusalOf(options: unknown): string {
  try {
    readHttpOptions(options as HttpOptions);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('expected a ConfigError');
}

describe('the options of http', () => {
  it('may all be left out', () => {
    const settings = readHttpOptions();
    expect(settings).toMatchObject({ fetch: undefined, ca: undefined, timeoutMs: 5000 });
    expect(settings.headers).toEqual({});
    expect(settings.plainOrigins.size).toBe(0);
  });

  it('are copied, so that nothing is changed afterwards', () => {
    const headers = { 'x-api-key': 'one' };
    const dangerouslyAllowHttpFrom = ['http://a.test'];
    const ca = new TextEncoder().encode('pem');
    const settings = readHttpOptions({ headers, dangerouslyAllowHttpFrom, ca });
    headers['x-api-key'] = 'two';
    dangerouslyAllowHttpFrom.push('http://b.test');
    ca.fill(0);
    expect(settings.headers).toEqual({ 'x-api-key': 'one' });
    expect([...settings.plainOrigins]).toEqual(['http://a.test']);
    expect(String(settings.ca)).toBe('pem');
    expect(Object.isFrozen(settings) && Object.isFrozen(settings.headers)).toBe(true);
  });

  it.each([
    ['timeoutMS', 'timeoutMs'],
    ['timeout', 'timeoutMs'],
    ['header', 'headers'],
    ['dangerouslyAllowHTTPFrom', 'dangerouslyAllowHttpFrom'],
  ])('are no others: %s is a ConfigError that knows %s', (wrong, right) => {
    expect(refusalOf({ [wrong]: 1 })).toBe(
      `http: there is no option "${wrong}"; did you mean "${right}"?`,
    );
  });

  it.each([[null], [5], ['fetch']])('are an object: %j is a ConfigError', (options) => {
    expect(refusalOf(options)).toMatch(/^http: expected/);
  });

  it.each([[0], [-1], [60_001], [Number.NaN], [Number.POSITIVE_INFINITY], ['50'], [null]])(
    'limit the time from 1 to 60,000 ms: %j is a ConfigError',
    (timeoutMs) => {
      expect(refusalOf({ timeoutMs })).toMatch(/^http\.timeoutMs: expected .*1 to 60000/);
    },
  );

  it.each([[1], [60_000]])('may limit the time to %i ms', (timeoutMs) => {
    expect(readHttpOptions({ timeoutMs }).timeoutMs).toBe(timeoutMs);
  });

  it.each([
    ['fetch', 'https://id.example.com'],
    ['fetch', {}],
    ['ca', 5],
    ['ca', ['pem']],
    ['ca', null],
    ['headers', 'x-api-key: 1'],
  ])('are of their types: %s as %j is a ConfigError', (name, value) => {
    expect(refusalOf({ [name]: value })).toMatch(`http.${name}: expected`);
  });

  it.each([[5], [undefined], [['canary']], [{ value: 'canary' }]])(
    'name a header that is no text, and do not show it: %j',
    (value) => {
      const message = refusalOf({ headers: { 'x-api-key': value } });
      expect(message).toMatch(/^http\.headers\.x-api-key: expected/);
      expect(message).not.toContain('canary');
    },
  );
});
