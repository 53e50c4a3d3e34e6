import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AuthEvent, AuthError } from '../../src/authenticator.ts';
import { reportEvent } from '../../src/internal.ts';

let warnings: { readonly message: string; readonly code: string }[] = [];
let nowMs = 1e9;

beforeEach(() => {
  warnings = [];
  nowMs += 1e9;
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  vi.spyOn(process, 'emitWarning').mockImplementation(((message: string, options: object) => {
    warnings.push({ message, ...(options as { code: string }) });
  }) as typeof process.emitWarning);
});
afterEach(() => vi.restoreAllMocks());

function trouble(
  type: AuthEvent['type'],
  error: unknown = new Error('GET https://id: no answer'),
): AuthEvent {
  return { type, authenticator: 'main', error };
}

describe('without a report, provider trouble', () => {
  it('becomes a process warning that says what is wrong, where and why', () => {
    const cause = new Error('GET https://id.example.com/jwks: answered 503');
    reportEvent(undefined, trouble('keys_unavailable', new Error('no keys', { cause })));
    expect(warnings).toMatchObject([
      {
        message: 'main: keys_unavailable: no keys: GET https://id.example.com/jwks: answered 503',
        code: 'GRPC_AUTHN_KEYS_UNAVAILABLE',
      },
    ]);
  });

  it('is printed at most once a minute per type', () => {
    reportEvent(undefined, trouble('keys_unavailable'));
    nowMs += 59_999;
    reportEvent(undefined, trouble('keys_unavailable'));
    reportEvent(undefined, trouble('metadata_unavailable'));
    expect(warnings.map(({ code }) => code)).toEqual([
      'GRPC_AUTHN_KEYS_UNAVAILABLE',
      'GRPC_AUTHN_METADATA_UNAVAILABLE',
    ]);
    nowMs += 1;
    reportEvent(undefined, trouble('keys_unavailable'));
    expect(warnings).toHaveLength(3);
  });

  it('that is no Error is printed without its content', () => {
    reportEvent(undefined, trouble('keys_unavailable', 'canary'));
    expect(warnings[0]?.message).toBe('main: keys_unavailable: unknown error');
  });

  it('ends nothing where the causes are a circle', () => {
    const error = new Error('a');
    error.cause = error;
    reportEvent(undefined, trouble('keys_unavailable', error));
    expect(warnings).toHaveLength(1);
  });
});

it('without a report, good news is not printed', () => {
  reportEvent(undefined, { type: 'keys_refreshed', authenticator: 'main' });
  expect(warnings).toEqual([]);
});

it('a report receives the event, and nothing is printed, also where it throws', () => {
  const report = vi.fn(() => {
    throw new Error('broken');
  });
  const event = trouble('keys_unavailable', new AuthError('unavailable', 'jwks'));
  reportEvent(report, event);
  expect(report).toHaveBeenCalledWith(event);
  expect(warnings).toEqual([]);
});
