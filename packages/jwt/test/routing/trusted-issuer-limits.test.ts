import type { AuthenticationContext, Authenticator } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { byTrustedIssuer } from '../../src/index.ts';
import { createTenant, decided } from '../support/tenants.ts';
import { createTrusted, issuerOf, type TrustedSubject } from '../support/trusted-tenants.ts';

const [A, B, C, D] = ['a', 'b', 'c', 'd'].map(issuerOf) as [string, string, string, string];
const name = (issuer: string): string => `tenant ${issuer}`;
const anyIssuer = (): boolean => true;

/** Sends good tokens of these issuers, slower than the limit of discoveries. */
async function verify({ authenticator, clock, token }: TrustedSubject, ...issuers: string[]) {
  for (const issuer of issuers) {
    await clock.advance(1000);
    expect(await decided(authenticator, token(issuer))).toBe(name(issuer));
  }
}

async function forge({ authenticator, clock, forged }: TrustedSubject, count: number) {
  for (let tenant = 0; tenant < count; tenant += 1) {
    await clock.advance(1000);
    const outcome = await decided(authenticator, forged(issuerOf(`forged-${tenant}`)));
    expect(outcome).toBe('invalid_token/signature');
  }
}

function contextOf(address: string, signal = new AbortController().signal): AuthenticationContext {
  return { method: '/a.B/C', signal, peer: { address } };
}

describe('the authenticators of byTrustedIssuer', () => {
  it('are closed when evicted, the least recently used first', async () => {
    const subject = createTrusted(anyIssuer, { maxIssuers: 2 });
    await verify(subject, A, B, A, C);
    expect(subject.open()).toEqual([A, C]);
    await verify(subject, B);
    expect(subject.open()).toEqual([C, B]);
    expect(subject.asked).toEqual([A, B, C, B]);
    expect(subject.made.map(({ closed }) => closed)).toEqual([1, 1, 0, 0]);
  });

  it('that have verified a token are not evicted by forged issuers', async () => {
    const subject = createTrusted(anyIssuer, { maxIssuers: 2 });
    await verify(subject, A, B);
    await forge(subject, 50);
    expect(subject.open()).toEqual([A, B, issuerOf('forged-49')]);
    await verify(subject, A, B);
    expect(subject.asked.filter((issuer) => issuer === A || issuer === B)).toEqual([A, B]);
  });

  it('that have verified nothing are evicted first, and never exceed the limit', async () => {
    const subject = createTrusted(anyIssuer, { maxIssuers: 3 });
    await forge(subject, 10);
    expect(subject.open()).toHaveLength(3);
    await verify(subject, A);
    expect(subject.open()).toEqual([issuerOf('forged-8'), issuerOf('forged-9'), A]);
    await verify(subject, B, C);
    expect(subject.open()).toEqual([A, B, C]);
    await verify(subject, D);
    expect(subject.open()).toEqual([B, C, D]);
  });

  it('are not counted as verified for a token that is refused, or of another issuer', async () => {
    const subject = createTrusted(anyIssuer, { maxIssuers: 1 });
    await verify(subject, A);
    await subject.clock.advance(1000);
    expect(await decided(subject.authenticator, subject.token(B, { aud: 'stock' }))).toBe(
      'invalid_token/audience',
    );
    expect(subject.open()).toEqual([A, B]);
    await forge(subject, 1);
    expect(subject.open()).toEqual([A, issuerOf('forged-0')]);
  });

  it('are closed after their pending calls, which may still keep them', async () => {
    const gates = new Map<string, () => void>();
    const tenants = new Map([A, B, C].map((issuer) => [issuer, createTenant('t', issuer)]));
    let closed: string[] = [];
    const authenticator = byTrustedIssuer(
      (issuer): Authenticator => {
        const inner = tenants.get(issuer)?.authenticator;
        return {
          name: 't',
          async authenticate(credentials, context) {
            await new Promise<void>((resolve) => gates.set(issuer, resolve));
            return inner?.authenticate(credentials, context) as never;
          },
          close: async () => void closed.push(issuer),
        };
      },
      { maxIssuers: 1 },
    );
    const ask = (issuer: string, changes = {}): Promise<string> =>
      decided(authenticator, tenants.get(issuer)?.token(changes) ?? '');
    const [first, second, third] = [ask(A), ask(B), ask(C, { aud: 'stock' })];
    expect(closed).toEqual([]);
    // Evicted while it was asked, and cached again because it verified the token.
    gates.get(A)?.();
    expect(await first).toBe('t');
    expect(closed).toEqual([]);
    gates.get(B)?.();
    expect(await second).toBe('t');
    expect(closed).toEqual([A]);
    gates.get(C)?.();
    expect(await third).toBe('invalid_token/audience');
    expect(closed).toEqual([A]);
    closed = [];
    await authenticator.close();
    expect(closed.toSorted()).toEqual([B, C]);
  });

  it('are asked for again where they were evicted with pending calls only', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const tenant = createTenant('t', A);
    const asked: string[] = [];
    const authenticator = byTrustedIssuer(
      (issuer): Authenticator => {
        asked.push(issuer);
        return {
          name: 't',
          authenticate: (credentials, context) =>
            released.then(() => tenant.authenticator.authenticate(credentials, context)),
        };
      },
      { maxIssuers: 1 },
    );
    const other = createTenant('o', B);
    const calls = [tenant, other, tenant, tenant].map((each) =>
      decided(authenticator, each.token()),
    );
    release();
    expect(await Promise.all(calls)).toEqual(['t', 'invalid_token/issuer', 't', 't']);
    expect(asked).toEqual([A, B]);
  });

  it('may serve two names of one issuer, and are closed when both are evicted', async () => {
    let closed = 0;
    const { authenticator: inner } = createTenant('t');
    const shared = { ...createShared(inner), close: async () => void (closed += 1) };
    const authenticator = byTrustedIssuer(() => shared, { maxIssuers: 2 });
    const { token } = createTrusted(anyIssuer);
    for (const issuer of [A, B]) await decided(authenticator, token(issuer));
    expect(closed).toBe(0);
    await authenticator.close();
    expect(closed).toBe(1);
  });

  it('must be new ones: one that was closed is not used again', async () => {
    const { authenticator: inner } = createTenant('t');
    const made = new Map([A, B].map((issuer) => [issuer, createShared(inner)]));
    const authenticator = byTrustedIssuer((issuer) => made.get(issuer), { maxIssuers: 1 });
    const { token } = createTrusted(anyIssuer);
    await decided(authenticator, token(A));
    await decided(authenticator, token(B));
    expect(await decided(authenticator, token(A))).toBe('internal/bug');
  });
});

/** Refuses every token. */
function createShared(inner: TrustedSubject['authenticator']) {
  return { name: 'shared', authenticate: inner.authenticate.bind(inner) };
}

describe('the discoveries of byTrustedIssuer', () => {
  const begun = ({ made }: TrustedSubject): number =>
    made.filter(({ fetches }) => fetches > 0).length;

  it('are at most five in any second', async () => {
    const subject = createTrusted(anyIssuer);
    const { authenticator, clock, token } = subject;
    const calls = Array.from({ length: 12 }, (_, tenant) =>
      decided(authenticator, token(issuerOf(String(tenant)))),
    );
    // The tokens of a burst are decoded in several turns of the event loop.
    await expect.poll(() => begun(subject)).toBe(5);
    await clock.advance(999);
    expect(begun(subject)).toBe(5);
    await clock.advance(1);
    await expect.poll(() => begun(subject)).toBe(10);
    await clock.advance(1000);
    await expect.poll(() => begun(subject)).toBe(12);
    expect(await Promise.all(calls)).toEqual(calls.map((_, tenant) => name(issuerOf(`${tenant}`))));
  });

  it('are shared by the calls of an issuer, and do not delay those of issuers that began', async () => {
    const subject = createTrusted(anyIssuer);
    const { authenticator, clock, token } = subject;
    const known = [A, B, C, D, issuerOf('e')];
    for (const issuer of known) await decided(authenticator, token(issuer));
    const late = issuerOf('late');
    const calls = Array.from({ length: 100 }, () => decided(authenticator, token(late)));
    expect(await decided(authenticator, token(A))).toBe(name(A));
    await clock.advance(1000);
    expect(new Set(await Promise.all(calls))).toEqual(new Set([name(late)]));
    expect(subject.asked).toEqual([...known, late]);
  });

  it('are not used up by issuers that are not trusted', async () => {
    const subject = createTrusted((issuer) => issuer === A);
    const { authenticator, token } = subject;
    for (let tenant = 0; tenant < 50; tenant += 1) {
      await decided(authenticator, token(issuerOf(`f${tenant}`)));
    }
    expect(await decided(authenticator, token(A))).toBe(name(A));
  });

  it('serve peers in turn: forged issuers of one peer delay no tenant of another', async () => {
    const subject = createTrusted(anyIssuer);
    const { authenticator, clock, token, forged } = subject;
    const flood = Array.from({ length: 500 }, (_, tenant) =>
      decided(authenticator, forged(issuerOf(`f${tenant}`)), { within: contextOf('192.0.2.1:1') }),
    );
    const good = decided(authenticator, token(A), { within: contextOf('192.0.2.2:1') });
    await clock.advance(1000);
    expect(await good).toBe(name(A));
    await authenticator.close();
    await Promise.all(flood);
  });

  it('are not begun for a call that was cancelled', async () => {
    const subject = createTrusted(anyIssuer);
    const { authenticator, clock, token } = subject;
    for (const issuer of [A, B, C, D, issuerOf('e')]) await decided(authenticator, token(issuer));
    const controller = new AbortController();
    const call = decided(authenticator, token(issuerOf('f')), {
      within: contextOf('192.0.2.1:1', controller.signal),
    });
    controller.abort();
    expect(await call).toBe('unavailable/timeout');
    const aborted = decided(authenticator, token(issuerOf('g')), {
      within: contextOf('192.0.2.1:1', controller.signal),
    });
    expect(await aborted).toBe('unavailable/timeout');
    await clock.advance(1000);
    expect(begun(subject)).toBe(5);
  });

  it('of more calls than may wait lose the newest of the peer that has most', async () => {
    const subject = createTrusted(anyIssuer);
    const { authenticator, token } = subject;
    for (const issuer of [A, B, C, D, issuerOf('e')]) await decided(authenticator, token(issuer));
    const bad = token(issuerOf('f'), { aud: 'stock' });
    const flood = Array.from({ length: 16_384 }, () =>
      decided(authenticator, bad, { within: contextOf('192.0.2.1:1') }),
    );
    const good = decided(authenticator, token(issuerOf('g')), { within: contextOf('192.0.2.2:1') });
    expect(await flood.at(-1)).toBe('unavailable/overloaded');
    await subject.clock.advance(1000);
    expect(await good).toBe(name(issuerOf('g')));
    await Promise.all(flood);
  });

  it('go on when the clock is set back', async () => {
    const subject = createTrusted(anyIssuer);
    const { authenticator, clock, token } = subject;
    for (const issuer of [A, B, C, D, issuerOf('e')]) await decided(authenticator, token(issuer));
    await clock.advance(-3_600_000);
    expect(await decided(authenticator, token(issuerOf('f')))).toBe(name(issuerOf('f')));
  });
});
