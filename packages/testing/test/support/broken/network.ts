import { connect } from 'node:net';
import { lookup } from 'node:dns/promises';
import type { BrokenSample } from '../broken-samples.ts';

export const NETWORK_SAMPLES: readonly BrokenSample[] = [
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
