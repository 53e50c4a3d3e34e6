import {
  AuthError,
  cached,
  type PrincipalInit,
  type Verdict,
} from '@grpc-authn/core/authenticator';
import type { BrokenSample } from '../broken-samples.ts';
import { later, type Table } from '../table.ts';

const IN_AN_HOUR = Math.floor(Date.now() / 1000) + 3600;

export function vouching(init: Partial<PrincipalInit>) {
  return (table: Table) => ({
    authenticator: {
      authenticate: ({ token }: { readonly token: string }): Verdict => table.verify(token, init),
    },
  });
}

/** What it gave back is taken back as bad tokens are asked for. */
export function revoking(options: { readonly tells: boolean; readonly remembers?: boolean }) {
  return (table: Table) => {
    const remembered = new Set<string>();
    return {
      authenticator: {
        authenticate({ token }: { readonly token: string }): Verdict {
          if (options.remembers === true && table.tokens.has(token)) remembered.add(token);
          const accepted = remembered.has(token);
          if (accepted) table.tokens.add(token);
          return table.verify(token);
        },
      },
      async bad(): Promise<readonly string[]> {
        const revoked = [...table.tokens];
        table.tokens.clear();
        return ['bad-canary-of-somebody', ...(options.tells ? revoked : [])];
      },
    };
  };
}

/** Refuses one of the bad tokens for its claims. */
export function reading(table: Table) {
  return {
    authenticator: {
      authenticate: ({ token }: { readonly token: string }): Verdict =>
        token.startsWith('bad-too') ? new AuthError('invalid_token', 'claim') : table.verify(token),
    },
  };
}

/** Each part of a cache may be missing. */
function caching(parts: { readonly shares: boolean; readonly atOnce: boolean }) {
  return (table: Table) => {
    const kept = new Map<string, Verdict>();
    const flights = new Map<string, Promise<Verdict>>();
    const verify = async (token: string): Promise<Verdict> => {
      await later();
      const verdict = table.verify(token);
      if (!AuthError.is(verdict)) kept.set(token, verdict);
      flights.delete(token);
      return verdict;
    };
    return {
      authenticator: {
        authenticate({ token }: { readonly token: string }): Verdict | Promise<Verdict> {
          const found = kept.get(token);
          if (found !== undefined) return parts.atOnce ? found : Promise.resolve(found);
          const running = parts.shares ? flights.get(token) : undefined;
          const flight = running ?? verify(token);
          flights.set(token, flight);
          return flight;
        },
      },
    };
  };
}

/** What `cached` gives. */
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
    breaks: 'says when a principal ends, and that is after it was verified',
    by: 'vouching for what is over',
    capabilities: ['expires'],
    build: vouching({ expiresAtEpochSeconds: 1 }),
  },
  {
    breaks: 'says when a principal ends, and that is after it was verified',
    by: 'not telling',
    capabilities: ['expires'],
    build: vouching({}),
  },
  {
    breaks: 'knows no end of its principals, as it does not declare that they expire',
    by: 'knowing one',
    build: vouching({ expiresAtEpochSeconds: IN_AN_HOUR }),
  },
  {
    breaks: 'tells the scopes of a principal, each a word of its own',
    by: 'telling none',
    capabilities: ['scopes'],
    build: vouching({}),
  },
  {
    breaks: 'tells the scopes of a principal, each a word of its own',
    by: 'telling two as one',
    capabilities: ['scopes'],
    build: vouching({ scopes: ['orders:read orders:write'] }),
  },
  {
    breaks: 'tells no scopes, as it does not declare any',
    by: 'telling one',
    build: vouching({ scopes: ['orders:read'] }),
  },
  {
    breaks: 'refuses claims that its schema does not take',
    by: 'having no schema',
    capabilities: ['typed_claims'],
    build: vouching({}),
  },
  {
    breaks: 'refuses no token for its claims, as it does not declare a schema',
    by: 'having one',
    build: reading,
  },
  {
    breaks: 'keeps its principals: asked again, it gives the same one',
    by: 'verifying anew',
    capabilities: ['caches'],
    build: vouching({}),
  },
  {
    breaks: 'gives what it keeps at once, without a promise',
    by: 'wrapping it in a promise',
    capabilities: ['caches'],
    build: caching({ shares: true, atOnce: false }),
  },
  {
    breaks: 'verifies a token once for all who ask at one time',
    by: 'verifying for each',
    capabilities: ['caches'],
    build: caching({ shares: false, atOnce: true }),
  },
  {
    breaks: 'keeps nothing: asked again, it verifies anew, as it does not declare a cache',
    by: 'keeping',
    build: wrapped,
  },
  {
    breaks: 'refuses a token that it accepted, once it is revoked',
    by: 'remembering it',
    capabilities: ['revokes'],
    build: revoking({ tells: true, remembers: true }),
  },
  {
    breaks: 'refuses a token that it accepted, once it is revoked',
    by: 'being shown no revoked token',
    capabilities: ['revokes'],
    build: revoking({ tells: false }),
  },
  {
    breaks: 'stays with a token that it accepted, as it does not declare that it sees revocations',
    by: 'seeing one',
    build: revoking({ tells: false }),
  },
  {
    breaks: 'stays with a token that it accepted, as it does not declare that it sees revocations',
    by: 'being shown a good token among the bad',
    build: revoking({ tells: true, remembers: true }),
  },
];
