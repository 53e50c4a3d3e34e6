import { AuthError, type Verdict } from '@grpc-authn/core/authenticator';
import type { BrokenSample } from '../broken-samples.ts';
import { REFUSED, type Table } from '../table.ts';

/** Refuses a token with an error that shows it. */
function refusing(refuse: (token: string) => AuthError) {
  return (table: Table) => ({
    authenticator: {
      authenticate({ token }: { readonly token: string }): Verdict {
        return table.tokens.has(token) ? table.verify(token) : refuse(token);
      },
    },
  });
}

const CHECK = 'shows no part of a token in an error';

export const SECRECY_SAMPLES: readonly BrokenSample[] = [
  {
    breaks: CHECK,
    by: 'telling it in the cause',
    build: refusing((token) => {
      const cause = new Error('no account', { cause: { asked: [token] } });
      return new AuthError('invalid_token', 'inactive', { cause });
    }),
  },
  {
    breaks: CHECK,
    by: 'writing it into the message',
    build: refusing((token) => Object.assign(REFUSED(), { message: `unknown: ${token}` })),
  },
  {
    breaks: CHECK,
    by: 'hiding it where only JSON shows it',
    build: refusing((token) =>
      Object.defineProperty(REFUSED(), 'toJSON', { value: () => ({ token }), enumerable: false }),
    ),
  },
  {
    breaks: CHECK,
    by: 'telling a claim of it',
    build: refusing((token) => {
      const cause = /canary/.exec(Buffer.from(token.split('.')[1] ?? '', 'base64').toString());
      return new AuthError('invalid_token', 'inactive', { cause: cause?.input });
    }),
  },
  {
    breaks: 'prints no part of a token',
    by: 'logging it to the console',
    build: refusing((token) => {
      // oxlint-disable-next-line no-console -- what a hurried author leaves behind
      console.error('refused', { token });
      return REFUSED();
    }),
  },
  {
    breaks: 'prints no part of a token',
    by: 'writing it to stderr',
    build: refusing((token) => {
      process.stderr.write(Buffer.from(`refused ${token}\n`));
      return REFUSED();
    }),
  },
  {
    breaks: 'shows no part of a token when it is inspected',
    by: 'keeping tokens in the open',
    build: (table) => {
      const seen = new Map<string, Verdict>();
      return {
        authenticator: Object.assign(
          {
            authenticate({ token }: { readonly token: string }) {
              seen.set(token, REFUSED());
              return table.verify(token);
            },
          },
          { seen },
        ),
      };
    },
  },
];
