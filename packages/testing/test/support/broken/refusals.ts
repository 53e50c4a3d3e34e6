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
    by: 'a subject without bad tokens',
    build: () => ({ bad: async () => [] }),
  },
  {
    breaks: 'refuses bad tokens neither as unavailable nor as internal',
    by: 'reporting itself unavailable',
    build: (table) => ({
      authenticator: {
        authenticate: ({ token }) =>
          token.startsWith('bad-too') ? UNAVAILABLE() : table.verify(token),
      },
    }),
  },
  {
    breaks: 'refuses malformed tokens',
    by: 'throwing for an empty token',
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
    breaks: 'refuses an altered copy of a token that it accepted',
    by: 'comparing only the beginning',
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
