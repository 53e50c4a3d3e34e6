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
    breaks: 'vouches for nobody while its provider was never within reach',
    by: 'needing no provider',
    capabilities: ['network'],
    build: remote((token, table) => table.verify(token)),
  },
  {
    breaks: 'vouches for nobody while its provider was never within reach',
    by: 'being shown no outage',
    capabilities: ['network'],
    build: () => ({}),
  },
  {
    breaks: 'calls an outage unavailable, and never refuses a token for it',
    by: 'calling it inactive',
    capabilities: ['network'],
    build: remote(REFUSED),
  },
  {
    breaks: 'lets no bad token in during an outage',
    by: 'letting in what it cannot ask about',
    capabilities: ['network'],
    build: remote((token) => (token.startsWith('bad') ? principalOf() : UNAVAILABLE())),
  },
  {
    breaks: 'reaches for nobody, as it does not declare a network',
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
    breaks: 'reaches for nobody, as it does not declare a network',
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
