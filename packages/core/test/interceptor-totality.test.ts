import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Authenticator } from '../src/contract/authenticator.ts';
import { createPrincipal, isPrincipal } from '../src/contract/principal.ts';
import { AuthError } from '../src/errors/auth-error.ts';
import { BareCall } from './support/bare-call.ts';
import { ManualClock } from './support/manual-clock.ts';
import { UncheckedMetadata } from './support/metadata-field.ts';
import { unhandledRejectionsDuring } from './support/unhandled-rejections.ts';

const principal = createPrincipal({ authenticator: 'stub', subject: 'alice' });

/** What an authenticator, however it is broken, may come up with. */
const answer: fc.Arbitrary<unknown> = fc.oneof(
  fc.constant(principal),
  fc.constant(new AuthError('invalid_token', 'signature')),
  fc.constant(new AuthError('unavailable', 'jwks', { retryAfterMs: 1e300 })),
  fc.constant({ ...principal }),
  fc.constant(Object.create(principal)),
  fc.constant(new Proxy(principal, {})),
  fc.constant(createPrincipal({ authenticator: 'stub', confirmation: { jkt: 'x' } })),
  fc.anything({ withNullPrototype: true }),
);

type Manner = 'returns' | 'throws' | 'resolves to' | 'rejects with' | 'calls back with';

const manner = fc.constantFrom<Manner>(
  'returns',
  'throws',
  'resolves to',
  'rejects with',
  'calls back with',
);

function authenticatorThat(how: Manner, given: unknown): Authenticator<object> {
  const ways: Readonly<Record<Manner, () => unknown>> = {
    returns: () => given,
    throws: () => {
      throw given;
    },
    'resolves to': () => Promise.resolve(given),
    'rejects with': () => Promise.reject(given),
    'calls back with': () => ({
      // oxlint-disable-next-line unicorn/no-thenable -- the misbehaviour under test
      then(fulfil: (value: unknown) => void, reject: (error: unknown) => void) {
        queueMicrotask(() => {
          fulfil(given);
          reject(given);
          fulfil(principal);
        });
      },
    }),
  };
  return { name: 'stub', authenticate: ways[how] as Authenticator<object>['authenticate'] };
}

const good = fc.stringMatching(/^[A-Za-z0-9._~+/-]{1,40}={0,2}$/).map((token) => `Bearer ${token}`);
const value: fc.Arbitrary<string | Buffer> = fc.oneof(
  good,
  good,
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', 'Bearer', 'Bearer ', 'Bearer a, Bearer b', 'Basic YQ==', 'bearer\ta'),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
);
const values = fc.oneof(
  value.map((one) => [one]),
  fc.array(value, { maxLength: 3 }),
);

function isGood(field: readonly (string | Buffer)[]): boolean {
  const [first] = field;
  return field.length === 1 && typeof first === 'string' && /^bearer [\w.~+/-]+=*$/i.test(first);
}

describe('a call, whatever its metadata hold and its authenticator does', () => {
  it('reaches the handler with a principal or ends with one status, and never both', async () => {
    const unhandled = await unhandledRejectionsDuring(async () => {
      await fc.assert(
        fc.asyncProperty(values, manner, answer, async (field, how, given) => {
          const authenticator = authenticatorThat(how, given);
          const call = new BareCall({ authenticator, clock: new ManualClock() }, 'unary');
          call.receiveMetadata(new UncheckedMetadata(...field));
          for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
          const isAccepted = isPrincipal(given) && given.confirmation === undefined;
          const answers = how !== 'throws' && how !== 'rejects with';
          if (isGood(field) && isAccepted && answers) {
            expect(call).toMatchObject({ inbound: ['metadata'], outbound: [] });
          } else {
            expect(call.inbound).toEqual([]);
            expect(call.outbound).toHaveLength(1);
            expect(call.outbound[0]).toMatch(/^status (7|13|14|16)$/);
          }
        }),
        { numRuns: 1000 },
      );
    });
    expect(unhandled).toEqual([]);
  });
});
