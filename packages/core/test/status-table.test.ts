import { status as Status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { AuthError } from '../src/errors/auth-error.ts';
import type { AuthErrorCode } from '../src/errors/reasons.ts';
import { toStatus } from '../src/grpc/status.ts';
import { StatusTable } from './support/status-table.ts';
import { decodeStatus, statusDetailsBytes } from './support/decoded-status.ts';
import { CODES, refusalsOf } from './support/refusals.ts';

const STATUS_OF: Readonly<Record<AuthErrorCode, Status>> = {
  missing_credentials: Status.UNAUTHENTICATED,
  malformed_credentials: Status.UNAUTHENTICATED,
  invalid_token: Status.UNAUTHENTICATED,
  permission_denied: Status.PERMISSION_DENIED,
  unavailable: Status.UNAVAILABLE,
  internal: Status.INTERNAL,
};

/** All that a client gets to see, as text. */
function wire(error: AuthError): string {
  const { code, details, metadata } = toStatus(error);
  return JSON.stringify([code, details, metadata.toHttp2Headers()]);
}

function wireReason(error: AuthError): string | undefined {
  return decodeStatus(toStatus(error).metadata).errorInfo?.reason;
}

describe('the status of a refusal', () => {
  it.each(CODES)('of code %s is the one of the table, with its constant message', (code) => {
    for (const error of refusalsOf(code)) {
      expect(toStatus(error)).toMatchObject({ code: STATUS_OF[code], details: error.message });
    }
  });

  it.each<readonly [AuthErrorCode, string]>([
    ['missing_credentials', 'TOKEN_MISSING'],
    ['malformed_credentials', 'TOKEN_INVALID'],
    ['invalid_token', 'TOKEN_INVALID'],
    ['unavailable', 'AUTH_UNAVAILABLE'],
  ])('of code %s says %s on the wire, whatever the reason', (code, reason) => {
    expect(new Set(refusalsOf(code).map(wireReason))).toEqual(new Set([reason]));
  });

  it('says SCOPE_INSUFFICIENT for a scope, and PERMISSION_DENIED for any other denial', () => {
    expect(wireReason(new AuthError('permission_denied', 'scope'))).toBe('SCOPE_INSUFFICIENT');
    for (const reason of ['claim', 'denied', 'unconfirmed'] as const) {
      expect(wireReason(new AuthError('permission_denied', reason))).toBe('PERMISSION_DENIED');
    }
  });

  it('says TOKEN_EXPIRED by the expiry alone, whichever check refused', () => {
    const expired = refusalsOf('invalid_token', { tokenExpired: true });
    expect(new Set(expired.map(wireReason))).toEqual(new Set(['TOKEN_EXPIRED']));
    expect(new Set(expired.map(wire)).size).toBe(1);
    expect(wireReason(new AuthError('invalid_token', 'expired'))).toBe('TOKEN_INVALID');
  });

  it('says TOKEN_EXPIRED only about a token that was read', () => {
    for (const code of CODES.filter((each) => each !== 'invalid_token')) {
      for (const error of refusalsOf(code, { tokenExpired: true })) {
        expect(wire(error)).toBe(wire(new AuthError(error.code, error.reason)));
      }
    }
  });
});

describe('the trailers of a refusal', () => {
  it.each(['malformed_credentials', 'invalid_token'] as const)(
    'are byte-identical for all tokens of code %s',
    (code) => {
      const all = [...refusalsOf(code), ...refusalsOf(code, { cause: new Error('canary') })];
      expect(new Set(all.map(wire)).size).toBe(1);
    },
  );

  it('tell a malformed token from an invalid one by the message alone', () => {
    const [a, b] = [refusalsOf('malformed_credentials')[0], refusalsOf('invalid_token')[0]].map(
      (error) => toStatus(error as AuthError),
    );
    expect(a?.code).toBe(b?.code);
    expect(a?.metadata.get('www-authenticate')).toEqual(b?.metadata.get('www-authenticate'));
    expect({ ...decodeStatus(a!.metadata), message: '' }).toEqual({
      ...decodeStatus(b!.metadata),
      message: '',
    });
  });

  it.each(CODES.filter((code) => code !== 'internal' && code !== 'unavailable'))(
    'challenge the caller (RFC 6750) where the code is %s',
    (code) => {
      for (const error of refusalsOf(code)) {
        const challenges = toStatus(error).metadata.get('www-authenticate');
        expect(challenges).toHaveLength(1);
        expect(challenges[0]).toMatch(/^Bearer [a-z_]+="[^"]*"(, [a-z_]+="[^"]*")*$/);
      }
    },
  );

  it('name an RFC 6750 error only where a token was sent', () => {
    const challenge = (error: AuthError) => toStatus(error).metadata.get('www-authenticate')[0];
    expect(challenge(new AuthError('missing_credentials', 'absent'))).not.toContain('error=');
    expect(challenge(new AuthError('invalid_token', 'issuer'))).toContain('error="invalid_token"');
    expect(challenge(new AuthError('invalid_token', 'expired', { tokenExpired: true }))).toContain(
      'error="invalid_token"',
    );
    expect(challenge(new AuthError('permission_denied', 'scope'))).toContain(
      'error="insufficient_scope"',
    );
  });

  it('challenge nobody over an outage', () => {
    for (const error of refusalsOf('unavailable')) {
      expect(toStatus(error).metadata.get('www-authenticate')).toEqual([]);
    }
  });

  it('tell nothing of an internal fault', () => {
    const error = new AuthError('internal', 'bug', { cause: new Error('canary') });
    expect(toStatus(error).metadata.getMap()).toEqual({});
    expect(wire(error)).not.toContain('canary');
  });
});

describe('the metadata of a status', () => {
  it('is the own copy of the caller, who may change it', () => {
    const error = new AuthError('permission_denied', 'claim');
    const before = wire(error);
    const mine = toStatus(error);
    mine.metadata.set('x-request-id', '1');
    mine.metadata.remove('grpc-status-details-bin');
    (mine as { details: string }).details = 'changed';
    expect(wire(error)).toBe(before);
  });

  it('can be sent as HTTP/2 trailers', () => {
    for (const code of CODES) {
      for (const error of refusalsOf(code)) {
        expect(() => toStatus(error).metadata.toHttp2Headers()).not.toThrow();
      }
    }
  });
});

describe('a table of statuses', () => {
  it('answers a retry time of its own to each outage, and not the one before', () => {
    const table = new StatusTable();
    const bytes = (retryAfterMs?: number) => {
      const options = retryAfterMs === undefined ? {} : { retryAfterMs };
      const error = new AuthError('unavailable', 'jwks', options);
      return decodeStatus(table.statusOf(error).metadata).retryDelay;
    };
    expect([bytes(), bytes(5000), bytes(), bytes(7000)]).toEqual([
      { seconds: 1, nanos: 0 },
      { seconds: 5, nanos: 0 },
      { seconds: 1, nanos: 0 },
      { seconds: 7, nanos: 0 },
    ]);
  });

  it('answers the same to the same, in whatever order they come', () => {
    const table = new StatusTable();
    for (const code of [...CODES, ...CODES.toReversed()]) {
      for (const error of refusalsOf(code)) {
        const { code: status, details, metadata } = table.statusOf(error);
        const expected = toStatus(error);
        expect({ status, details }).toEqual({ status: expected.code, details: expected.details });
        if (code === 'internal') continue;
        expect(statusDetailsBytes(metadata)).toEqual(statusDetailsBytes(expected.metadata));
      }
    }
  });
});
