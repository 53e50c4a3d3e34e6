import { later, principalOf, REFUSED } from '../table.ts';
import type { BrokenSample } from '../broken-samples.ts';

export const CONSTANCY_SAMPLES: readonly BrokenSample[] = [
  {
    breaks: 'returns the same verdict for the same token',
    by: 'naming another subject each time',
    build: (table) => {
      let asked = 0;
      return {
        authenticator: {
          authenticate: ({ token }) => table.verify(token, { subject: `alice ${(asked += 1)}` }),
        },
      };
    },
  },
  {
    breaks: 'decides by the credentials alone, whatever the method and the peer',
    by: 'trusting a local peer',
    build: (table) => ({
      authenticator: {
        authenticate: ({ token }, { peer }) =>
          peer?.address.startsWith('127.') === true ? principalOf() : table.verify(token),
      },
    }),
  },
  {
    breaks: 'decides by the credentials alone, whatever the method and the peer',
    by: 'refusing a method',
    build: (table) => ({
      authenticator: {
        authenticate: ({ token }, { method }) =>
          method.includes('Admin') ? REFUSED() : table.verify(token),
      },
    }),
  },
  {
    breaks: 'ignores changes to the credentials after the call',
    by: 'reading an unknown token late',
    build: (table) => ({
      authenticator: {
        async authenticate(credentials) {
          const verdict = table.verify(credentials.token);
          await later();
          return verdict instanceof Error ? table.verify(credentials.token) : verdict;
        },
      },
    }),
  },
  {
    breaks: 'ignores changes to the credentials after the call',
    by: 'reading a known token late',
    build: (table) => ({
      authenticator: {
        async authenticate(credentials) {
          const verdict = table.verify(credentials.token);
          await later();
          return verdict instanceof Error ? verdict : table.verify(credentials.token);
        },
      },
    }),
  },
  {
    breaks: 'ignores changes to the credentials after the call',
    by: 'caching as good a token that it reads late',
    build: (table) => {
      const accepted = new Set<string>();
      return {
        authenticator: {
          async authenticate(credentials) {
            if (accepted.has(credentials.token)) return principalOf();
            const verdict = table.verify(credentials.token);
            await later();
            if (!(verdict instanceof Error)) accepted.add(credentials.token);
            return verdict;
          },
        },
      };
    },
  },
  {
    breaks: 'ignores changes to the credentials after the call',
    by: 'caching a refusal under a token that it reads late',
    build: (table) => {
      const refused = new Set<string>();
      return {
        authenticator: {
          async authenticate(credentials) {
            if (refused.has(credentials.token)) return REFUSED();
            const verdict = table.verify(credentials.token);
            await later();
            if (verdict instanceof Error) refused.add(credentials.token);
            return verdict;
          },
        },
      };
    },
  },
];
