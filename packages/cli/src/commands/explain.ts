import type { LoadedAuth } from '@grpc-authn/config';
import type { AuthError, Credentials } from '@grpc-authn/core';
import type { Command, Input, Report } from '../command/command.ts';
import { textOption } from '../command/command.ts';
import { Failure } from '../command/failure.ts';
import { PROTOS, readMethod, TIMEOUT, timeoutMsOf, TOKEN_FILE } from '../command/options.ts';
import { whileWaiting } from '../output/progress.ts';
import { type LoadedConfig, withConfig } from '../project/load-config.ts';
import { credentialsOf } from '../token/credentials-of.ts';
import { readToken } from '../token/read-token.ts';
import type { Explanation } from './explain/explanation.ts';
import { credentialsHint } from './explain/format-error.ts';
import { explanationData, showExplanation } from './explain/show-explanation.ts';

export const EXPLAIN: Command = {
  name: 'explain',
  positionals: ['[FILE]'],
  summary: 'Every check of the token on standard input, and the one change that helps.',
  details:
    'Checks before the key need no network. Claim values are shown; the token and its signature are not.\n' +
    'Exit status 1 if the token is refused.',
  example: 'grpc-authn explain --method /orders.v1.Orders/Get < token',
  options: {
    method: {
      type: 'string',
      value: 'METHOD',
      help: 'also apply the rule of this method: /pkg.Service/Method',
    },
    protos: PROTOS,
    'token-file': TOKEN_FILE,
    timeout: TIMEOUT,
  },
  run: explain,
};

async function explain(input: Input): Promise<Report> {
  const given = textOption(input, 'method');
  const method = given === undefined ? undefined : readMethod(given, '--method');
  const timeoutMs = timeoutMsOf(input);
  const token = await readToken(input);
  return withConfig(input, async (loaded) => {
    const asked = explainToken(loaded, { token, method, timeoutMs });
    const explanation = await whileWaiting(input.env, 'asking the provider', asked);
    const { outcome } = explanation;
    return {
      status: outcome === 'allowed' || outcome === 'would_refuse' ? 0 : 1,
      lines: showExplanation(explanation),
      data: explanationData(explanation, method),
    };
  });
}

interface Question {
  readonly token: string;
  readonly method: string | undefined;
  readonly timeoutMs: number;
}

type Explaining = LoadedAuth<object> & {
  explain?(
    credentials: Credentials | undefined,
    options?: { readonly method?: string },
  ): Promise<Explanation>;
};

async function explainToken(
  { auth, core }: LoadedConfig,
  { token, method, timeoutMs }: Question,
): Promise<Explanation> {
  const credentials = credentialsOf(auth, token);
  if (core.AuthError.is(credentials)) return malformed(credentials);
  const explaining: Explaining = auth;
  if (explaining.explain === undefined) {
    throw new Failure(
      'the @grpc-authn/config of the project is older than this command; run: npm install @grpc-authn/config@latest',
    );
  }
  const options = method === undefined ? {} : { method };
  const late = new Promise<undefined>((resolve) => {
    setTimeout(() => resolve(undefined), timeoutMs).unref();
  });
  const explanation = await Promise.race([explaining.explain(credentials, options), late]);
  if (explanation !== undefined) return explanation;
  throw new Failure(
    `no answer of the provider in ${timeoutMs / 1000} s; run grpc-authn check to see its state`,
  );
}

/** What a server reads from the header is no token: no authenticator is asked. */
function malformed(error: AuthError): Explanation {
  const hint = credentialsHint(error);
  const step = { check: 'credentials', result: 'failed', authenticator: 'config', ...hint } as const;
  return { outcome: 'refused', steps: [step], error, principal: undefined };
}
