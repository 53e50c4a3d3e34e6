import { describe, expect, it, vi } from 'vitest';
import { CallContext } from '../support/call-context.ts';
import { createCached, principalFor } from '../support/counted-authenticator.ts';

const BOTH = [
  ['tokens', true],
  ['digests', false],
] as const;

describe.each(BOTH)('a hit, where %s are kept,', (_, keepTokens) => {
  it('is synchronous and returns the same principal object', async () => {
    const { ask, inner } = createCached({ keepTokens }, async (credentials, clock) =>
      principalFor(credentials, clock),
    );
    const verified = await ask('token');
    expect(verified).toMatchObject({ subject: 'bearer token' });
    expect(ask('token')).toBe(verified);
    expect(ask('token')).toBe(verified);
    expect(inner.asked).toHaveLength(1);
  });

  it('comes after a verification that was no promise either', () => {
    const { ask, inner } = createCached({ keepTokens });
    const verified = ask('token');
    expect(verified).not.toBeInstanceOf(Promise);
    expect(ask('token')).toBe(verified);
    expect(inner.asked).toHaveLength(1);
  });

  it('never asks for the signal of its call', () => {
    const { ask } = createCached({ keepTokens });
    ask('token');
    const context = new CallContext();
    const signal = vi.spyOn(context, 'signal', 'get');
    ask('token', { context });
    expect(signal).not.toHaveBeenCalled();
  });

  it('needs the scheme to be equal', () => {
    const { ask, inner } = createCached({ keepTokens });
    const [bearer, dpop] = [ask('token'), ask('token', { scheme: 'dpop' })];
    expect(bearer).toMatchObject({ subject: 'bearer token' });
    expect(dpop).toMatchObject({ subject: 'dpop token' });
    expect(ask('token')).toBe(bearer);
    expect(ask('token', { scheme: 'dpop' })).toBe(dpop);
    expect(inner.asked).toHaveLength(2);
  });
});

describe('credentials with a proof', () => {
  it('are verified on every call', () => {
    const { ask, inner } = createCached();
    for (let call = 1; call <= 3; call += 1) {
      ask('token', { proof: 'proof' });
      expect(inner.asked).toHaveLength(call);
    }
    expect(inner.asked[0]).toEqual({ scheme: 'bearer', token: 'token', proof: 'proof' });
  });

  it('find nothing that was kept without one, and leave nothing behind', () => {
    const { ask, inner } = createCached();
    ask('token');
    ask('token', { proof: 'proof' });
    expect(inner.asked).toHaveLength(2);
    ask('other', { proof: 'proof' });
    ask('other');
    expect(inner.asked).toHaveLength(4);
  });

  it('join nobody, and are verified under the signal of their own call', async () => {
    const signals: AbortSignal[] = [];
    const { ask, inner } = createCached({}, async (credentials, clock, context) => {
      signals.push(context.signal);
      return principalFor(credentials, clock);
    });
    const contexts = [new CallContext(), new CallContext()] as const;
    await Promise.all(contexts.map((context) => ask('token', { proof: 'proof', context })));
    expect(inner.asked).toHaveLength(2);
    expect(signals).toEqual(contexts.map(({ signal }) => signal));
    expect(signals[0]).toBe(contexts[0].signal);
  });
});

describe('what is no principal', () => {
  it.each<readonly [string, () => unknown]>([
    ['undefined', () => undefined],
    ['true', () => true],
    ['an empty object', () => ({})],
    ['an object of the same members', () => ({ ...genuine() })],
    ['an object that inherits from one', () => Object.create(genuine()) as unknown],
    ['a proxy around one', () => new Proxy(genuine(), {})],
  ])('is never kept: %s', (_, answer) => {
    const { ask, inner } = createCached({ negative: {} }, answer);
    ask('token');
    ask('token');
    expect(inner.asked).toHaveLength(2);
  });
});

function genuine(): object {
  return createCached().ask('token') as object;
}
