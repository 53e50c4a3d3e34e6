import { type AuthenticationContext, AuthError } from '@grpc-authn/core/authenticator';
import type { BrokenSample } from '../broken-samples.ts';
import { REFUSED, UNAVAILABLE } from '../table.ts';

export const VERDICT_SAMPLES: readonly BrokenSample[] = [
  {
    breaks: 'accepts a good token',
    by: 'refusing all',
    build: () => ({ authenticator: { authenticate: REFUSED } }),
  },
  {
    breaks: 'answers with a principal of createPrincipal or an AuthError, and with nothing else',
    by: 'making its principals itself',
    build: (table) => ({
      authenticator: {
        authenticate({ token }) {
          const verdict = table.verify(token);
          return AuthError.is(verdict) ? verdict : { ...verdict };
        },
      },
    }),
  },
  {
    breaks: 'answers with a principal of createPrincipal or an AuthError, and with nothing else',
    by: 'throwing what is no AuthError',
    build: (table) => ({
      authenticator: {
        authenticate({ token }) {
          if (token.startsWith('bad')) throw new RangeError('no such account');
          return table.verify(token);
        },
      },
    }),
  },
  {
    breaks: 'takes a context whose properties are made on demand',
    by: 'spreading the context',
    build: (table) => ({
      authenticator: {
        authenticate({ token }, context) {
          const copy: AuthenticationContext = { ...context };
          return copy.signal.aborted ? UNAVAILABLE() : table.verify(token);
        },
      },
    }),
  },
  {
    breaks: 'is ready when its provider is',
    by: 'never being ready',
    build: () => ({ authenticator: { ready: () => Promise.reject(new Error('not yet')) } }),
  },
  {
    breaks: 'keeps its name, its schemes and its issuers',
    by: 'naming another issuer each time',
    build: () => {
      let reads = 0;
      return {
        authenticator: {
          get issuers() {
            return [`https://${(reads += 1)}.example`];
          },
        },
      };
    },
  },
  {
    breaks: 'has a name and schemes that a composition takes',
    by: 'naming no scheme',
    build: () => ({ authenticator: { schemes: [] } }),
  },
  {
    breaks: 'vouches in its own name, or in that of one inside it',
    by: 'speaking for another',
    build: (table) => ({
      authenticator: {
        authenticate: ({ token }) => table.verify(token, { authenticator: 'main' }),
      },
    }),
  },
  {
    breaks: 'vouches for no issuer but those that it names',
    by: 'vouching for another',
    build: (table) => ({
      authenticator: {
        issuers: ['https://a.example'],
        authenticate: ({ token }) => table.verify(token, { issuer: 'https://b.example' }),
      },
    }),
  },
];
