import type { Explanation } from '@grpc-authn/core';
import type { Command, Input, Report } from '../command/command.ts';
import { textOption } from '../command/command.ts';
import { Failure } from '../command/failure.ts';
import { givenTimeoutMs, PROTOS, readMethod, TIMEOUT, TOKEN_FILE } from '../command/options.ts';
import { whileWaiting } from '../output/progress.ts';
import { type LoadedConfig, withConfig } from '../project/load-config.ts';
import { credentialsOf } from '../token/credentials-of.ts';
import { readToken } from '../token/read-token.ts';
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
    timeout: {
      ...TIMEOUT,
      help: 'how long to wait for the network, at most timeoutMs of the config, which is the default',
    },
  },
  run: explain,
};

async function explain(input: Input): Promise<Report> {
  const given = textOption(input, 'method');
  const method = given === undefined ? undefined : readMethod(given, '--method');
  const timeoutMs = givenTimeoutMs(input);
  const token = await readToken(input);
  return withConfig(input, async (loaded) => {
    const explained = explainToken(loaded, { token, method, timeoutMs });
    const explanation = await whileWaiting(input.env, 'asking the provider', explained);
    const { outcome } = explanation;
    const asked = { method, isNamed: method !== undefined && isNamed(loaded, method) };
    return {
      status: outcome === 'allowed' || outcome === 'would_refuse' ? 0 : 1,
      lines: showExplanation(explanation, asked),
      data: explanationData(explanation, asked),
    };
  });
}

/** False for a method that only `otherwise` covers: its name may be wrong. */
function isNamed({ auth }: LoadedConfig, method: string): boolean {
  const name = method.slice(1);
  const ofService = name.replace(/[^/]*$/, '*');
  return auth.policy.table().some((rule) => rule.method === name || rule.method === ofService);
}

interface Question {
  readonly token: string;
  readonly method: string | undefined;
  readonly timeoutMs: number | undefined;
}

/** The checks before the key are in the explanation, too, where the provider does not answer in time. */
async function explainToken(
  { auth }: LoadedConfig,
  { token, method, timeoutMs }: Question,
): Promise<Explanation> {
  // Also a project's own package, which may be older than this command.
  if (typeof (auth as Partial<typeof auth>).explain !== 'function') {
    throw new Failure(
      'the @grpc-authn/config of the project is older than this command; run: npm install @grpc-authn/config@latest',
    );
  }
  return auth.explain(credentialsOf(auth, token), {
    ...(timeoutMs === undefined ? undefined : { signal: AbortSignal.timeout(timeoutMs) }),
    ...(method === undefined ? undefined : { method }),
  });
}
