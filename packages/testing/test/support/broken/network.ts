import { connect } from 'node:net';
import { lookup } from 'node:dns/promises';
import type { Verdict } from '@grpc-authn/core/authenticator';
import type { BrokenSample } from '../broken-samples.ts';
import { principalOf, REFUSED, type Table, UNAVAILABLE } from '../table.ts';

/** Needs a provider, and answers so while that is out of reach. */
export function remote(duringOutage: (token: string, table: Table) => Verdict) {
  return (table: Table) => ({
    authenticator: {
      authenticate: ({ token }: { readonly token: string }): Verdict =>
        table.down ? duringOutage(token, table) : table.verify(token),
    },
    async outage(): Promise<void> {
      table.down = true;
    },
  });
}

export const NETWORK_SAMPLES: readonly BrokenSample[] = [
  {
    breaks: 'accepts no token if its provider was never reachable',
    by: 'needing no provider',
    capabilities: ['network'],
    build: remote((token, table) => table.verify(token)),
  },
  {
    breaks: 'accepts no token if its provider was never reachable',
    by: 'a subject without an outage',
    capabilities: ['network'],
    build: () => ({}),
  },
  {
    breaks: 'reports an outage as unavailable, never as a refusal',
    by: 'reporting the token as inactive',
    capabilities: ['network'],
    build: remote(REFUSED),
  },
  {
    breaks: 'accepts no bad token during an outage',
    by: 'accepting what it cannot verify',
    capabilities: ['network'],
    build: remote((token) => (token.startsWith('bad') ? principalOf() : UNAVAILABLE())),
  },
  {
    breaks: 'opens no connection, because it does not declare a network',
    by: 'connecting',
    build: (table) => ({
      authenticator: {
        async authenticate({ token }) {
          await new Promise<void>((resolve) => {
            connect({ port: 1, host: '127.0.0.1' }).on('error', () => resolve());
          });
          return table.verify(token);
        },
      },
    }),
  },
  {
    breaks: 'opens no connection, because it does not declare a network',
    by: 'looking up a name',
    build: (table) => ({
      authenticator: {
        async authenticate({ token }) {
          const verdict = table.verify(token);
          await lookup('localhost');
          return verdict;
        },
      },
    }),
  },
];
