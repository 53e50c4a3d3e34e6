import {
  type AuthenticationContext,
  AuthError,
  type CheckName,
  type CheckStep,
  type Credentials,
  type Verdict,
} from '@grpc-authn/core/authenticator';
import type { BrokenSample } from '../broken-samples.ts';
import { type Build, principalOf, type Table } from '../table.ts';

type Report = (check: CheckName, result: CheckStep['result'], received?: string) => void;

/** Explains each verdict of the table in this way. */
function explaining(
  explain: (report: Report, isGood: boolean, token: string) => Verdict | undefined,
): Build {
  return (table: Table) => ({
    authenticator: {
      authenticate({ token }: Credentials, { trace }: AuthenticationContext): Verdict {
        const report: Report = (check, result, received) =>
          trace?.({ check, result, authenticator: 'table', ...(received && { received }) });
        const verdict = trace && explain(report, table.tokens.has(token), token);
        return verdict ?? table.verify(token);
      },
    },
  });
}

export const EXPLANATION_SAMPLES: readonly BrokenSample[] = [
  {
    breaks: 'returns the same verdict when it is explained',
    by: 'accepting what is explained',
    build: explaining(() => principalOf()),
  },
  {
    breaks: 'returns the same verdict when it is explained',
    by: 'refusing for another reason',
    build: explaining((report, isGood) => {
      if (isGood) return undefined;
      report('signature', 'failed');
      return new AuthError('invalid_token', 'signature');
    }),
  },
  {
    breaks: 'reports a failed check if, and only if, it refuses the token',
    by: 'reporting that everything has passed',
    build: explaining((report) => {
      report('format', 'passed');
      return undefined;
    }),
  },
  {
    breaks: 'reports a failed check if, and only if, it refuses the token',
    by: 'reporting a failed check of a good token',
    build: explaining((report) => {
      report('format', 'failed');
      return undefined;
    }),
  },
  {
    breaks: 'reports its checks in order, each once',
    by: 'reporting the last check first',
    build: explaining((report, isGood) => {
      report('introspection', isGood ? 'passed' : 'failed');
      report('format', 'passed');
      return undefined;
    }),
  },
  {
    breaks: 'reports its checks in order, each once',
    by: 'reporting a check twice',
    build: explaining((report, isGood) => {
      report('format', 'passed');
      report('introspection', isGood ? 'passed' : 'failed');
      report('introspection', isGood ? 'passed' : 'failed');
      return undefined;
    }),
  },
  {
    breaks: 'reports no part of a token',
    by: 'showing the token that it received',
    build: explaining((report, isGood, token) => {
      report('introspection', isGood ? 'passed' : 'failed', `the token ${token}`);
      return undefined;
    }),
  },
];
