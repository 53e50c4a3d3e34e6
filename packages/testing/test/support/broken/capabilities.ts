import {
  AuthError,
  cached,
  type PrincipalInit,
  type Verdict,
} from '@grpc-authn/core/authenticator';
import type { BrokenSample } from '../broken-samples.ts';
import { later, type Table } from '../table.ts';

const IN_AN_HOUR = Math.floor(Date.now() / 1000) + 3600;

export function accepting(init: Partial<PrincipalInit>) {
  return (table: Table) => ({
    authenticator: {
      authenticate: ({ token }: { readonly token: string }): Verdict => table.verify(token, init),
    },
  });
}

/** bad() revokes the tokens of good(), and lists them if `lists` is set. */
export function revoking(options: { readonly lists: boolean; readonly caches?: boolean }) {
  return (table: Table) => {
    const cachedTokens = new Set<string>();
    return {
      authenticator: {
        authenticate({ token }: { readonly token: string }): Verdict {
          if (options.caches === true && table.tokens.has(token)) cachedTokens.add(token);
          const accepted = cachedTokens.has(token);
          if (accepted) table.tokens.add(token);
          return table.verify(token);
        },
      },
      async bad(): Promise<readonly string[]> {
        const revoked = [...table.tokens];
        table.tokens.clear();
        return ['bad-canary-unknown', ...(options.lists ? revoked : [])];
      },
    };
  };
}

/** Refuses one of the bad tokens because of its claims. */
export function reading(table: Table) {
  return {
    authenticator: {
      authenticate: ({ token }: { readonly token: string }): Verdict =>
        token.startsWith('bad-too') ? new AuthError('invalid_token', 'claim') : table.verify(token),
    },
  };
}

/** A cache that may lack a part. */
function caching(parts: { readonly shares: boolean; readonly synchronous: boolean }) {
  return (table: Table) => {
    const verdicts = new Map<string, Verdict>();
    const flights = new Map<string, Promise<Verdict>>();
    const verify = async (token: string): Promise<Verdict> => {
      await later();
      const verdict = table.verify(token);
      if (!AuthError.is(verdict)) verdicts.set(token, verdict);
      flights.delete(token);
      return verdict;
    };
    return {
      authenticator: {
        authenticate({ token }: { readonly token: string }): Verdict | Promise<Verdict> {
          const found = verdicts.get(token);
          if (found !== undefined) return parts.synchronous ? found : Promise.resolve(found);
          const running = parts.shares ? flights.get(token) : undefined;
          const flight = running ?? verify(token);
          flights.set(token, flight);
          return flight;
        },
      },
    };
  };
}

/** Caches a principal for a minute of the given clock. */
export function cachingForAMinute(nowMs: () => number) {
  return (table: Table) => {
    const entries = new Map<string, { readonly verdict: Verdict; readonly fromMs: number }>();
    return {
      authenticator: {
        authenticate({ token }: { readonly token: string }): Verdict {
          const found = entries.get(token);
          if (found !== undefined && nowMs() - found.fromMs < 60_000) return found.verdict;
          const verdict = table.verify(token);
          if (!AuthError.is(verdict)) entries.set(token, { verdict, fromMs: nowMs() });
          return verdict;
        },
      },
    };
  };
}

/** Wrapped in `cached`. */
export function wrapped(table: Table) {
  const inner = {
    name: 'table',
    authenticate: ({ token }: { token: string }) => table.verify(token),
  };
  const outer = cached(inner);
  return { authenticator: { authenticate: outer.authenticate.bind(outer) } };
}

export const CAPABILITY_SAMPLES: readonly BrokenSample[] = [
  {
    breaks: 'sets an expiry that is after the verification',
    by: 'accepting an expired account',
    capabilities: ['expires'],
    build: accepting({ expiresAtEpochSeconds: 1 }),
  },
  {
    breaks: 'sets an expiry that is after the verification',
    by: 'setting none',
    capabilities: ['expires'],
    build: accepting({}),
  },
  {
    breaks: 'sets no expiry, because it does not declare that principals expire',
    by: 'setting one',
    build: accepting({ expiresAtEpochSeconds: IN_AN_HOUR }),
  },
  {
    breaks: 'lists the scopes of a principal one by one',
    by: 'listing none',
    capabilities: ['scopes'],
    build: accepting({}),
  },
  {
    breaks: 'lists the scopes of a principal one by one',
    by: 'listing two as one',
    capabilities: ['scopes'],
    build: accepting({ scopes: ['orders:read orders:write'] }),
  },
  {
    breaks: 'lists no scopes, because it does not declare any',
    by: 'listing one',
    build: accepting({ scopes: ['orders:read'] }),
  },
  {
    breaks: 'refuses claims that its schema rejects',
    by: 'having no schema',
    capabilities: ['typed_claims'],
    build: accepting({}),
  },
  {
    breaks: 'refuses no token for its claims, because it does not declare a schema',
    by: 'having one',
    build: reading,
  },
  {
    breaks: 'caches principals: a second call gets the same one',
    by: 'verifying again',
    capabilities: ['caches'],
    build: accepting({}),
  },
  {
    breaks: 'returns a cached principal synchronously',
    by: 'wrapping it in a promise',
    capabilities: ['caches'],
    build: caching({ shares: true, synchronous: false }),
  },
  {
    breaks: 'verifies a token once for concurrent calls',
    by: 'verifying for each call',
    capabilities: ['caches'],
    build: caching({ shares: false, synchronous: true }),
  },
  {
    breaks: 'caches no principal longer when the clock is set back',
    by: 'counting its age by the time of day alone',
    capabilities: ['caches'],
    build: cachingForAMinute(() => Date.now()),
  },
  {
    breaks: 'caches nothing, because it does not declare a cache',
    by: 'caching',
    build: wrapped,
  },
  {
    breaks: 'refuses an accepted token after it is revoked',
    by: 'caching it',
    capabilities: ['revokes'],
    build: revoking({ lists: true, caches: true }),
  },
  {
    breaks: 'refuses an accepted token after it is revoked',
    by: 'a subject that lists no revoked token',
    capabilities: ['revokes'],
    build: revoking({ lists: false }),
  },
  {
    breaks: 'keeps accepting a token, because it does not declare revocations',
    by: 'noticing one',
    build: revoking({ lists: false }),
  },
  {
    breaks: 'keeps accepting a token, because it does not declare revocations',
    by: 'a subject that lists a good token as bad',
    build: revoking({ lists: true, caches: true }),
  },
];
