import { type AuthenticationContext, AuthError } from '@grpc-authn/core/authenticator';
import type { BrokenSample } from '../broken-samples.ts';
import { REFUSED, UNAVAILABLE } from '../table.ts';

export const VERDICT_SAMPLES: readonly BrokenSample[] = [
  {
    breaks: 'accepts a good token',
    by: 'refusing every token',
    build: () => ({ authenticator: { authenticate: REFUSED } }),
  },
  {
    breaks: 'returns only a principal from createPrincipal or an AuthError',
    by: 'making its own principals',
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
    breaks: 'returns only a principal from createPrincipal or an AuthError',
    by: 'throwing an error other than AuthError',
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
    breaks: 'accepts a context whose properties are getters',
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
    breaks: 'becomes ready when its provider is available',
    by: 'never being ready',
    build: () => ({ authenticator: { ready: () => Promise.reject(new Error('not yet')) } }),
  },
  {
    breaks: 'never changes its name, schemes and issuers',
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
    breaks: 'has a name and schemes that a composition accepts',
    by: 'having no scheme',
    build: () => ({ authenticator: { schemes: [] } }),
  },
  {
    breaks: 'names itself, or one of its children, in the principal',
    by: 'naming another authenticator',
    build: (table) => ({
      authenticator: {
        authenticate: ({ token }) => table.verify(token, { authenticator: 'main' }),
      },
    }),
  },
  {
    breaks: 'accepts only tokens of its issuers',
    by: 'naming another issuer',
    build: (table) => ({
      authenticator: {
        issuers: ['https://a.example'],
        authenticate: ({ token }) => table.verify(token, { issuer: 'https://b.example' }),
      },
    }),
  },
];
