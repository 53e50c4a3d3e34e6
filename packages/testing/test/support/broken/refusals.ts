import { REFUSED, principalOf, UNAVAILABLE } from '../table.ts';
import type { BrokenSample } from '../broken-samples.ts';

export const REFUSAL_SAMPLES: readonly BrokenSample[] = [
  {
    breaks: 'refuses each bad token',
    by: 'accepting one of them',
    build: (table) => ({
      authenticator: {
        authenticate: ({ token }) =>
          token.startsWith('bad-too') ? principalOf() : table.verify(token),
      },
    }),
  },
  {
    breaks: 'refuses each bad token',
    by: 'being shown none',
    build: () => ({ bad: async () => [] }),
  },
  {
    breaks: 'refuses a bad token for what it is: not as an outage, nor as a bug of its own',
    by: 'calling itself unavailable',
    build: (table) => ({
      authenticator: {
        authenticate: ({ token }) =>
          token.startsWith('bad-too') ? UNAVAILABLE() : table.verify(token),
      },
    }),
  },
  {
    breaks: 'refuses what is no token at all',
    by: 'choking on an empty one',
    build: (table) => ({
      authenticator: {
        authenticate({ token }) {
          if (token === '') throw new RangeError('empty');
          return table.verify(token);
        },
      },
    }),
  },
  {
    breaks: 'refuses a good token with anything altered, however well it knows the good one',
    by: 'comparing the beginning alone',
    build: (table) => ({
      authenticator: {
        authenticate: ({ token }) =>
          [...table.tokens].some((known) => token.startsWith(known.slice(0, 30)))
            ? principalOf()
            : REFUSED(),
      },
    }),
  },
];
