import type { AuthError, Credentials, GateOutcome } from '@grpc-authn/core';
import type { Command, Data, Input, Report } from '../command/command.ts';
import { PROTOS, TIMEOUT, timeoutMsOf, TOKEN_FILE } from '../command/options.ts';
import { BAD, GOOD, type Line, type Part, styled, WARNING } from '../output/line.ts';
import { whileWaiting } from '../output/progress.ts';
import { table } from '../output/table.ts';
import { type LoadedConfig, withConfig } from '../project/load-config.ts';
import { credentialsOf } from '../token/credentials-of.ts';
import { readToken } from '../token/read-token.ts';
import { errorData, formatError } from './explain/format-error.ts';

export const CAN_I: Command = {
  name: 'can-i',
  positionals: ['[FILE]'],
  summary: 'Which methods the token on standard input may call, and why not the others.',
  details:
    'Without --protos, the methods are those that the config names, and services with `*`.\n' +
    'Exit status 1 if the token itself is refused.',
  example: 'grpc-authn can-i --protos protos < token',
  options: { protos: PROTOS, 'token-file': TOKEN_FILE, timeout: TIMEOUT },
  run: canI,
};

interface Row {
  readonly method: string;
  readonly rule: string;
  readonly outcome: GateOutcome;
}

async function canI(input: Input): Promise<Report> {
  const token = await readToken(input);
  const timeoutMs = timeoutMsOf(input);
  return withConfig(input, async (loaded) => {
    const credentials = credentialsOf(loaded.auth, token);
    const asked = askAll(loaded, credentials, timeoutMs);
    const { rows, refusal } = await whileWaiting(input.env, 'asking the provider', asked);
    return reportOf(loaded, rows, refusal);
  });
}

/** The token is verified once; each method's rule is then applied by a guard, as in a server. */
async function askAll(
  { auth, core }: LoadedConfig,
  credentials: Credentials | AuthError | undefined,
  timeoutMs: number,
): Promise<{ readonly rows: readonly Row[]; readonly refusal: AuthError | undefined }> {
  let verdict: ReturnType<typeof auth.authenticator.authenticate> | undefined;
  const authenticator = core.wrapAuthenticator(auth.authenticator, {
    authenticate: (next) => (verdict ??= next()),
  });
  const { policy } = auth;
  const guard = core.createCallGuard({ authenticator, policy, timeoutMs });
  const rows = await Promise.all(
    policy.table().map(async ({ method, rule }) => {
      const call = { method: `/${method}`, streaming: false, credentials, end: () => undefined };
      const outcome = await guard.begin(call);
      guard.finish(call);
      return { method, rule, outcome };
    }),
  );
  if (credentials === undefined || core.AuthError.is(credentials)) {
    return { rows, refusal: credentials ?? new core.AuthError('missing_credentials', 'absent') };
  }
  const bound = rows.find(({ outcome }) => outcome.refusal?.reason === 'binding');
  const context = { method: '/', signal: AbortSignal.timeout(timeoutMs) };
  const answer = await endedBy(context.signal, authenticator.authenticate(credentials, context));
  if (answer === undefined) return { rows, refusal: new core.AuthError('unavailable', 'timeout') };
  return { rows, refusal: core.AuthError.is(answer) ? answer : bound?.outcome.refusal };
}

/** Undefined where the signal is aborted first. */
async function endedBy<T>(signal: AbortSignal, answer: T | Promise<T>): Promise<T | undefined> {
  const aborted = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  return Promise.race([answer, aborted]);
}

function reportOf(
  { name }: LoadedConfig,
  rows: readonly Row[],
  refusal: AuthError | undefined,
): Report {
  const head: Line =
    refusal === undefined
      ? [GOOD, ' ', styled('strong', 'the token is accepted'), ` by ${name}`]
      : [BAD, ' ', styled('strong', 'the token is refused'), `: ${formatError(refusal)}`];
  const more: readonly Line[] =
    refusal === undefined ? [] : [[], ['Run grpc-authn explain to see every check.']];
  return {
    status: refusal === undefined ? 0 : 1,
    lines: [head, [], ...table(rows.map((row) => shownRow(row))), ...more],
    data: {
      ok: refusal === undefined,
      ...(refusal === undefined ? undefined : { error: errorData(refusal) }),
      methods: rows.map((row) => dataOf(row)),
    },
  };
}

function shownRow({ method, rule, outcome }: Row): readonly Part[] {
  const { allowed, refusal, wouldRefuse } = outcome;
  if (!allowed) {
    const why = refusal === undefined ? '' : formatError(refusal);
    return [BAD, method, styled('bad', 'refused'), `${why}; rule: ${rule}`];
  }
  if (wouldRefuse !== undefined) {
    const why = `a dry run: it will be refused (${formatError(wouldRefuse)})`;
    return [WARNING, method, styled('warning', 'allowed'), why];
  }
  return [GOOD, method, styled('good', 'allowed'), rule];
}

function dataOf({ method, rule, outcome }: Row): Data {
  const { allowed, refusal, wouldRefuse } = outcome;
  return {
    method,
    allowed,
    rule,
    ...(refusal === undefined ? undefined : { error: errorData(refusal) }),
    ...(wouldRefuse === undefined ? undefined : { wouldRefuse: errorData(wouldRefuse) }),
  };
}
