import * as fc from 'fast-check';
import { Metadata, status as Status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { readAuthFailure } from '../../src/client.ts';
import { AuthError } from '../../src/errors/auth-error.ts';
import { encodeStatusDetails } from '../../src/refusal/status-details.ts';
import { toStatus } from '../../src/grpc/status.ts';
import { CODES, refusalsOf } from '../support/refusals.ts';

const DETAILS = 'grpc-status-details-bin';
const good = toStatus(new AuthError('invalid_token', 'expired', { tokenExpired: true }));

function withDetails(bytes: Uint8Array, code: number = Status.UNAUTHENTICATED): object {
  const metadata = new Metadata();
  metadata.set(DETAILS, Buffer.from(bytes));
  return { code, metadata };
}

/** A length-delimited field. */
function field(number: number, value: Uint8Array | string): Buffer {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}

/** A google.rpc.Status with one ErrorInfo. */
function errorInfo(reason: string, domain: string, type = 'google.rpc.ErrorInfo'): Buffer {
  const info = Buffer.concat([field(1, reason), field(2, domain)]);
  return field(3, Buffer.concat([field(1, `type.googleapis.com/${type}`), field(2, info)]));
}

describe('readAuthFailure()', () => {
  it.each(
    CODES.filter((code) => code !== 'internal').flatMap((code) =>
      refusalsOf(code).map((error) => [`${code}/${error.reason}`, error] as const),
    ),
  )('reads back what toStatus() says of %s', (_reason, error) => {
    const status = toStatus(error);
    const reasons = {
      missing_credentials: 'TOKEN_MISSING',
      malformed_credentials: 'TOKEN_INVALID',
      invalid_token: 'TOKEN_INVALID',
      permission_denied: error.reason === 'scope' ? 'SCOPE_INSUFFICIENT' : 'PERMISSION_DENIED',
      unavailable: 'AUTH_UNAVAILABLE',
      internal: undefined,
    } as const;
    expect(readAuthFailure(status)).toEqual({
      code: status.code,
      reason: reasons[error.code],
      challenge: status.metadata.get('www-authenticate')[0],
      retryAfterMs: error.code === 'unavailable' ? 1000 : undefined,
      stage: 'running',
      requiredScopes: [],
    });
  });

  it('reads an expired token by its own reason', () => {
    expect(readAuthFailure(good)).toEqual({
      code: Status.UNAUTHENTICATED,
      reason: 'TOKEN_EXPIRED',
      challenge: 'Bearer realm="grpc", error="invalid_token"',
      retryAfterMs: undefined,
      stage: 'running',
      requiredScopes: [],
    });
  });

  it('reads when to retry, to the millisecond', () => {
    fc.assert(
      fc.property(fc.nat({ max: 86_400_000 }), (retryAfterMs) => {
        const status = toStatus(new AuthError('unavailable', 'jwks', { retryAfterMs }));
        expect(readAuthFailure(status)?.retryAfterMs).toBe(retryAfterMs);
      }),
    );
  });

  it('reads an error of grpc-js, which is a status too', () => {
    const error = Object.assign(new Error('16 UNAUTHENTICATED'), good);
    expect(readAuthFailure(error)?.reason).toBe('TOKEN_EXPIRED');
  });

  it.each<readonly [string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['text', 'UNAUTHENTICATED'],
    ['an Error', new Error('boom')],
    ['an empty object', {}],
    ['a code without metadata', { code: 16 }],
    ['metadata without a code', { metadata: good.metadata }],
    ['a code that is text', { code: '16', metadata: good.metadata }],
    ['metadata that is none', { code: 16, metadata: {} }],
    ['metadata that is null', { code: 16, metadata: null }],
    ['a status without details', { code: 16, metadata: new Metadata() }],
    ['an internal fault of ours', toStatus(new AuthError('internal', 'bug'))],
    ['details that are text', { code: 16, metadata: { get: () => ['CAcSAA=='] } }],
    ['details that are empty', withDetails(Buffer.alloc(0))],
    ['an ErrorInfo of another domain', withDetails(errorInfo('TOKEN_EXPIRED', 'example.com'))],
    ['an ErrorInfo without a domain', withDetails(errorInfo('TOKEN_EXPIRED', ''))],
    ['a reason that is none of ours', withDetails(errorInfo('API_KEY_INVALID', 'grpc-authn'))],
    ['a reason of every object', withDetails(errorInfo('constructor', 'grpc-authn'))],
    ['a reason in another case', withDetails(errorInfo('token_expired', 'grpc-authn'))],
    [
      'another detail with the same fields',
      withDetails(errorInfo('TOKEN_EXPIRED', 'grpc-authn', 'google.rpc.ResourceInfo')),
    ],
    ['metadata that throws', { code: 16, metadata: { get: () => raise() } }],
  ])('is undefined for every other error: %s', (_what, error) => {
    expect(readAuthFailure(error)).toBeUndefined();
  });

  function raise(): never {
    throw new Error('boom');
  }

  it('is undefined for what throws as soon as it is looked at', () => {
    const trap = Object.defineProperty({}, 'code', { get: raise });
    expect(readAuthFailure(trap)).toBeUndefined();
  });

  it('never throws, and takes no garbage for a refusal', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(readAuthFailure(withDetails(bytes))).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (error) => {
        expect(readAuthFailure(error)).toBeUndefined();
      }),
    );
  });

  it('never throws where good details were damaged, and reads no more than they say', () => {
    const bytes = encodeStatusDetails(
      { code: 14, message: 'later' },
      'AUTH_UNAVAILABLE',
      'admission',
      5000,
    );
    fc.assert(
      fc.property(
        fc.nat({ max: bytes.length - 1 }),
        fc.nat({ max: 255 }),
        fc.nat({ max: bytes.length }),
        (at, byte, end) => {
          const damaged = Buffer.from(bytes);
          damaged[at] = byte;
          const read = readAuthFailure(withDetails(damaged.subarray(0, end), 14));
          expect([undefined, 'AUTH_UNAVAILABLE']).toContain(read?.reason);
          expect(Number.isNaN(read?.retryAfterMs)).toBe(false);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('reads details beside those of others, whatever their order', () => {
    const ours = errorInfo('TOKEN_MISSING', 'grpc-authn');
    const theirs = errorInfo('API_KEY_INVALID', 'example.com');
    for (const bytes of [Buffer.concat([ours, theirs]), Buffer.concat([theirs, ours])]) {
      expect(readAuthFailure(withDetails(bytes))?.reason).toBe('TOKEN_MISSING');
    }
    // Fields that a later version may add are passed over.
    const later = Buffer.concat([Buffer.from([(9 << 3) | 5, 1, 2, 3, 4]), ours]);
    expect(readAuthFailure(withDetails(later))?.reason).toBe('TOKEN_MISSING');
  });
});

describe('readAuthFailure() of another library', () => {
  const bytes = (good.metadata.get(DETAILS)[0] ?? Buffer.alloc(0)) as Buffer;
  const challenge = String(good.metadata.get('www-authenticate')[0]);
  const text = bytes.toString('base64');
  const code = Status.UNAUTHENTICATED;
  /** The ErrorInfo of a google.rpc.Status, as Connect passes it on. */
  const details = [
    { type: 'google.rpc.RetryInfo', value: new Uint8Array() },
    {
      type: 'google.rpc.ErrorInfo',
      value: new Uint8Array(
        Buffer.concat([
          field(1, 'TOKEN_EXPIRED'),
          field(2, 'grpc-authn'),
          field(3, Buffer.concat([field(1, 'stage'), field(2, 'running')])),
        ]),
      ),
    },
  ];

  it.each<{
    readonly from: string;
    readonly error: object;
    readonly trailers?: { get(name: string): unknown };
  }>([
    {
      from: 'Connect, by the gRPC protocol',
      error: {
        code,
        details: [],
        metadata: new Headers({ [DETAILS]: text, 'www-authenticate': challenge }),
      },
    },
    {
      from: 'Connect, by its own protocol',
      error: { code, details, metadata: new Headers({ 'www-authenticate': challenge }) },
    },
    {
      from: 'grpc-web',
      error: { code, metadata: { [DETAILS]: text, 'www-authenticate': challenge } },
    },
    {
      from: 'grpc-web, without padding',
      error: {
        code,
        metadata: { [DETAILS]: text.replace(/=+$/, ''), 'www-authenticate': challenge },
      },
    },
    {
      from: 'nice-grpc, with its trailers',
      error: { code, details: 'text', path: '/a.B/C' },
      trailers: new Map<string, unknown>([
        [DETAILS, new Uint8Array(bytes)],
        ['www-authenticate', challenge],
      ]),
    },
  ])('reads it: $from', ({ error, trailers }) => {
    const read = readAuthFailure(error, trailers);
    expect(read).toMatchObject({ code, reason: 'TOKEN_EXPIRED', stage: 'running', challenge });
    expect(Object.keys(read ?? {})).toEqual(Object.keys(readAuthFailure(good) ?? {}));
  });

  it.each<readonly [string, object]>([
    ['no trailers', { code, details: 'text' }],
    ['text that is no base64', { code, metadata: { [DETAILS]: '%%%' } }],
    ['a member of every object', { code, metadata: { code: 16 } }],
    ['details of another type', { code, details: [{ ...details[1], type: 'a.ErrorInfo' }] }],
    ['details without bytes', { code, details: [{ type: 'google.rpc.ErrorInfo', value: 'text' }] }],
    [
      'a get that throws',
      {
        code,
        metadata: {
          get: () => {
            throw new Error('broken');
          },
        },
      },
    ],
    ['a code by name', { code: 'unauthenticated', details }],
  ])('is undefined for %s', (_, error) => {
    expect(readAuthFailure(error)).toBeUndefined();
  });
});
