import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { Authenticator } from '../src/contract/authenticator.ts';
import { createPrincipal } from '../src/contract/principal.ts';
import { AuthError } from '../src/errors/auth-error.ts';
import { ConfigError } from '../src/errors/config-error.ts';
import { createGate } from './support/gate.ts';
import { CallContext } from './support/call-context.ts';
import { stubAuthenticator } from './support/stub-authenticator.ts';

const principal = createPrincipal({ authenticator: 'stub', subject: 'alice' });
const BEARER = { scheme: 'bearer', token: 'token' };

function gateWith(schemes: readonly string[] | undefined) {
  const authenticate = vi.fn(() => principal);
  const rest = schemes === undefined ? {} : { schemes };
  const gate = createGate({ authenticator: stubAuthenticator(authenticate, rest) });
  return { authenticate, ask: (scheme: string) => gate({ ...BEARER, scheme }, new CallContext()) };
}

describe('a call without credentials', () => {
  it('is refused without asking the authenticator', () => {
    const authenticate = vi.fn(() => principal);
    const gate = createGate({ authenticator: stubAuthenticator(authenticate) });
    expect(gate(undefined, new CallContext())).toMatchObject({
      code: 'missing_credentials',
      reason: 'absent',
    });
    expect(authenticate).not.toHaveBeenCalled();
  });
});

describe('a scheme', () => {
  it('is bearer unless the authenticator says others', () => {
    const { ask } = gateWith(undefined);
    expect(ask('bearer')).toBe(principal);
    expect(ask('dpop')).toMatchObject({ code: 'missing_credentials', reason: 'other_scheme' });
  });

  it.each(['basic', 'bearer ', '', 'dpop', 'toString'])(
    'that the authenticator does not name never reaches it: "%s"',
    (scheme) => {
      const { ask, authenticate } = gateWith(['bearer', 'api-key']);
      expect(ask(scheme)).toMatchObject({ code: 'missing_credentials', reason: 'other_scheme' });
      expect(authenticate).not.toHaveBeenCalled();
    },
  );

  it('bearer is refused too where the authenticator names others only', () => {
    const { ask } = gateWith(['api-key']);
    expect(ask('bearer')).toMatchObject({ reason: 'other_scheme' });
    expect(ask('api-key')).toBe(principal);
  });

  it('may be declared in any case', () => {
    expect(gateWith(['API-Key']).ask('api-key')).toBe(principal);
  });

  it('is read once: what the authenticator changes later changes nothing', () => {
    const schemes = ['bearer'];
    const { ask } = gateWith(schemes);
    schemes.push('basic');
    expect(ask('basic')).toMatchObject({ reason: 'other_scheme' });
  });
});

describe('a principal with a confirmation', () => {
  it.each([{ jkt: 'thumbprint' }, { x5tS256: 'certificate' }, {}])(
    'is refused, since its proof is not checked yet: %j',
    async (confirmation) => {
      const bound = createPrincipal({ authenticator: 'stub', confirmation });
      const expected = { code: 'invalid_token', reason: 'binding' };
      const returned = createGate({ authenticator: stubAuthenticator(() => bound) });
      expect(returned(BEARER, new CallContext())).toMatchObject(expected);
      const promised = createGate({ authenticator: stubAuthenticator(async () => bound) });
      expect(await promised(BEARER, new CallContext())).toMatchObject(expected);
    },
  );
});

describe('a token with cnf', () => {
  it.each(['bearer', 'dpop', 'api-key'])(
    'is refused as binding whatever its scheme: %s',
    (scheme) => {
      for (const init of [{ confirmation: {} }, { claims: { cnf: { jkt: 'x' } } }]) {
        const bound = createPrincipal({ authenticator: 'stub', ...init });
        const authenticator = stubAuthenticator(() => bound, { schemes: [scheme] });
        const gate = createGate({ authenticator });
        expect(gate({ scheme, token: 'token' }, new CallContext())).toMatchObject({
          code: 'invalid_token',
          reason: 'binding',
        });
      }
    },
  );
});

describe('a verdict', () => {
  const authenticator = stubAuthenticator(({ token }) =>
    token === 'good' ? principal : new AuthError('invalid_token', 'signature'),
  );
  const gate = createGate({ authenticator });

  it('depends on the credentials alone, whatever the call and whatever was asked before', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('good', 'bad'), fc.string(), fc.string(), fc.string())),
        (calls) => {
          for (const [token, peer, method, authority] of calls) {
            const context = new CallContext(peer, method, authority);
            const decided = gate({ scheme: 'bearer', token }, context);
            expect(decided === principal).toBe(token === 'good');
          }
        },
      ),
    );
  });

  it('is made of the very credentials that were received', () => {
    const authenticate = vi.fn((...[_credentials]: Parameters<Authenticator['authenticate']>) =>
      Promise.resolve(principal),
    );
    const credentials = Object.freeze({ scheme: 'bearer', token: 't', proof: 'p' });
    void createGate({ authenticator: stubAuthenticator(authenticate) })(
      credentials,
      new CallContext(),
    );
    expect(authenticate.mock.calls[0]?.[0]).toBe(credentials);
  });
});

describe('the options of a gate', () => {
  const authenticator = stubAuthenticator(() => principal);
  it.each<readonly [string, unknown]>([
    ['createCallGuard', undefined],
    ['createCallGuard', null],
    ['authenticator', {}],
    ['authenticator', { authenticator: null }],
    ['authenticator', { authenticator: () => principal }],
    ['authenticator', { authenticator: { name: 'a' } }],
    ['authenticator.name', { authenticator: stubAuthenticator(() => 0, { name: '' }) }],
    ['authenticator.name', { authenticator: { authenticate: () => principal } }],
    ['authenticator.schemes', { authenticator: stubAuthenticator(() => 0, { schemes: [] }) }],
    ['authenticator.schemes', { authenticator: stubAuthenticator(() => 0, { schemes: [''] }) }],
    ['timeoutMs', { authenticator, timeoutMs: 0 }],
    ['timeoutMs', { authenticator, timeoutMs: 600_001 }],
    ['timeoutMs', { authenticator, timeoutMs: NaN }],
    ['timeoutMs', { authenticator, timeoutMs: '5' }],
    ['timeoutMs', { authenticator, timeoutMs: null }],
    ['timeoutMs', { authenticator, timoutMs: 5 }],
    ['clock.nowMs', { authenticator, clock: {} }],
  ])('are a ConfigError that names %s: %j', (option, options) => {
    expect(() => createGate(options as never)).toThrow(ConfigError);
    expect(() => createGate(options as never)).toThrow(new RegExp(`^${option}: |"${option}"`));
  });
});
