import { later, principalOf, REFUSED } from '../table.ts';
import type { BrokenSample } from '../broken-samples.ts';

export const CONSTANCY_SAMPLES: readonly BrokenSample[] = [
  {
    breaks: 'agrees with itself when it is asked about a token again',
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
    by: 'trusting whoever is near',
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
    breaks: 'is deaf to what becomes of the credentials once it was asked',
    by: 'reading a token late that it does not know',
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
    breaks: 'is deaf to what becomes of the credentials once it was asked',
    by: 'reading a token late that it knows',
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
    breaks: 'is deaf to what becomes of the credentials once it was asked',
    by: 'remembering as good a token that it reads late',
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
    breaks: 'is deaf to what becomes of the credentials once it was asked',
    by: 'remembering a refusal under a token that it reads late',
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
