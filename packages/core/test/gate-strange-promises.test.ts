import { describe, expect, it } from 'vitest';
import { authenticated } from '../src/policy/rules.ts';
import { createPrincipal } from '../src/contract/principal.ts';
import { createGate, Gate } from './support/gate.ts';
import { CallContext } from './support/call-context.ts';
import { ManualClock } from './support/manual-clock.ts';
import { OpenVerdict, stubAuthenticator } from './support/stub-authenticator.ts';
import { unhandledRejectionsDuring } from './support/unhandled-rejections.ts';

const CREDENTIALS = { scheme: 'bearer', token: 'token' };
const principal = createPrincipal({ authenticator: 'stub' });

/** Throws for every property except the one that `await` reads. */
function touchy(): unknown {
  return new Proxy(
    {},
    {
      get(_target, name) {
        if (name === 'then') return undefined;
        throw new Error('strict');
      },
    },
  );
}

describe('a promise that', () => {
  it.each([
    [
      'throws as it is listened to',
      () => ({
        then: () => {
          throw new Error('x');
        },
      }),
    ],
    ['resolves to what throws as it is read', async () => touchy()],
  ])('%s costs the call INTERNAL, and frees its slot', async (_what, authenticate) => {
    const gate = new Gate({ authenticator: stubAuthenticator(authenticate) }, new ManualClock());
    const unhandled = await unhandledRejectionsDuring(async () => {
      for (let call = 0; call < 9000; call += 1) {
        expect(await gate.decide(authenticated(), CREDENTIALS, new CallContext())).toMatchObject({
          code: 'internal',
        });
      }
    });
    expect(unhandled).toEqual([]);
  });

  it('settles as it is listened to leaves no timer behind', async () => {
    const clock = new ManualClock();
    const settled = { then: (fulfil: (value: unknown) => void) => fulfil(principal) };
    const gate = new Gate({ authenticator: stubAuthenticator(() => settled) }, clock);
    expect(await gate.decide(authenticated(), CREDENTIALS, new CallContext())).toBe(principal);
    expect(clock.waiting).toBe(0);
  });
});

describe('an authenticator that asks for the signal late', () => {
  it('finds it aborted after an overflow', async () => {
    const contexts: { signal: AbortSignal }[] = [];
    const late = stubAuthenticator((_credentials, context) => {
      contexts.push(context);
      return new OpenVerdict().promise;
    });
    const full = new Gate({ authenticator: late }, new ManualClock());
    for (let call = 0; call < 8192; call += 1)
      void full.decide(authenticated(), CREDENTIALS, new CallContext());
    expect(full.decide(authenticated(), CREDENTIALS, new CallContext())).toMatchObject({
      reason: 'overloaded',
    });
    expect(contexts.at(-1)?.signal.aborted).toBe(true);
  });

  it('finds it unaborted after the decision, also when the call has ended', () => {
    let kept: { signal: AbortSignal } | undefined;
    const transport = new CallContext();
    const gate = new Gate({
      authenticator: stubAuthenticator((_credentials, context) => {
        kept = context;
        return principal;
      }),
    });
    expect(gate.decide(authenticated(), CREDENTIALS, transport)).toBe(principal);
    transport.cancel();
    expect(kept?.signal.aborted).toBe(false);
  });
});

describe('a guard', () => {
  it('refuses a principal whose claims say that the token is bound, though its maker overlooked it', () => {
    const bound = createPrincipal({ authenticator: 'stub', claims: { cnf: { jkt: 'thumb' } } });
    const gate = createGate({ authenticator: stubAuthenticator(() => bound) });
    expect(gate(CREDENTIALS, new CallContext())).toMatchObject({ reason: 'binding' });
  });
});
