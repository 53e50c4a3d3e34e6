import { type Command, type Data, type Input, isSet, type Report } from '../command/command.ts';
import { Failure, UsageError } from '../command/failure.ts';
import { readMethod, TIMEOUT, timeoutMsOf, TOKEN_FILE } from '../command/options.ts';
import { BAD, GOOD, type Line, type Part, SKIPPED, styled, WARNING } from '../output/line.ts';
import { whileWaiting } from '../output/progress.ts';
import { table } from '../output/table.ts';
import { findToken } from '../token/read-token.ts';
import { type Answer, attempt, openClient } from './call/attempt.ts';
import { probe, type Probe } from './call/probe.ts';
import { reflectionAccess, type ReflectionAccess } from './call/reflection.ts';
import { isExposed, readTarget, type Target } from './call/target.ts';

/** The maximum of maxTokenBytes. Metadata that is longer may end the connection, and the other calls with it. */
const MAX_TOKEN_BYTES = 65_536;
/** No server accepts it. */
const BROKEN_TOKEN = 'not-a-token';

export const CALL: Command = {
  name: 'call',
  positionals: ['HOST:PORT', 'METHOD'],
  summary: 'How a running server answers: no token, a broken one, the one on standard input.',
  details:
    'The calls have no message, so the handler of a unary method never runs. Also shows TLS, and whether\n' +
    'server reflection is open to callers without a token. Exit status 1 if the token is refused.',
  example: 'grpc-authn call orders.example.com:443 /orders.v1.Orders/Get --tls < token',
  options: {
    tls: { type: 'boolean', help: 'connect by TLS' },
    ca: {
      type: 'string',
      value: 'FILE',
      help: 'trust these authorities (PEM) only; implies --tls',
    },
    'dangerously-plaintext': {
      type: 'boolean',
      help: 'send the token without TLS to another host than loopback',
    },
    'token-file': TOKEN_FILE,
    timeout: TIMEOUT,
  },
  run: call,
};

interface Attempt {
  readonly what: 'no token' | 'a broken token' | 'your token';
  readonly answer: Answer;
}

async function call(input: Input): Promise<Report> {
  const { env } = input;
  const target = readTarget(input);
  const method = readMethod(input.positionals[1] ?? '', 'METHOD');
  const timeoutMs = timeoutMsOf(input);
  const token = await findToken(input, timeoutMs);
  if (token !== undefined && isExposed(target) && !isSet(input, 'dangerously-plaintext')) {
    throw new UsageError(
      'the token would cross the network in clear text: use --tls, or --dangerously-plaintext in a network of your own',
    );
  }
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    throw new UsageError(
      'expected a token of visible ASCII characters, received others, which metadata cannot have: check what wrote it',
    );
  }
  if (token !== undefined && token.length > MAX_TOKEN_BYTES) {
    throw new Failure(
      `expected a token of at most ${MAX_TOKEN_BYTES} bytes, received ${token.length} bytes: no server accepts it; run grpc-authn explain`,
    );
  }
  const probed = await whileWaiting(env, 'connecting', probe(target, method, timeoutMs));
  if (probed.problem !== undefined) return reportOf({ target, method, probed, attempts: [] });
  const client = openClient(target);
  try {
    const asked = askAll(client, { method, token, timeoutMs });
    const { attempts, reflection } = await whileWaiting(env, 'calling', asked);
    return reportOf({ target, method, probed, attempts, reflection });
  } finally {
    client.close();
  }
}

async function askAll(
  client: ReturnType<typeof openClient>,
  { method, token, timeoutMs }: { method: string; token: string | undefined; timeoutMs: number },
): Promise<{ readonly attempts: readonly Attempt[]; readonly reflection: ReflectionAccess }> {
  const ask = async (what: Attempt['what'], sent: string | undefined): Promise<Attempt> => ({
    what,
    answer: await attempt(client, { method, token: sent, timeoutMs }),
  });
  const attempts = await Promise.all([
    ask('no token', undefined),
    ask('a broken token', BROKEN_TOKEN),
    ...(token === undefined ? [] : [ask('your token', token)]),
  ]);
  return { attempts, reflection: await reflectionAccess(client, timeoutMs) };
}

interface Found {
  readonly target: Target;
  readonly method: string;
  readonly probed: Probe;
  readonly attempts: readonly Attempt[];
  readonly reflection?: ReflectionAccess;
}

function reportOf(found: Found): Report {
  const { target, method, probed, attempts, reflection } = found;
  const own = attempts.find(({ what }) => what === 'your token');
  const ok =
    probed.problem === undefined && !isFailed(own?.answer) && !attempts.some(isUnreachable);
  return {
    status: ok ? 0 : 1,
    lines: [
      [styled('strong', `${target.address} ${method}`)],
      ...table([...connectionRows(target, probed)], 2),
      ...(attempts.length === 0 ? [] : [[]]),
      ...attempts.flatMap((each) => [...showAttempt(each), []]),
      ...(attempts.some(isUnknownMethod) ? [UNKNOWN_METHOD, []] : []),
      ...(reflection === undefined ? [] : [showReflection(reflection)]),
      ...(own === undefined && attempts.length > 0
        ? [[SKIPPED, ' no token was given: pass one with < FILE or --token-file FILE'] as Line]
        : []),
    ],
    data: {
      ok,
      address: target.address,
      method,
      connection: {
        problem: probed.problem,
        hint: probed.hint,
        ...(probed.tls === undefined ? { tls: false } : { tls: { ...probed.tls } }),
      },
      attempts: attempts.map(({ what, answer }) => ({ sent: what, ...answerData(answer) })),
      reflection,
    },
  };
}

/** Anything that is no refusal shows that the credentials were accepted: the call has no message. */
function isFailed(answer: Answer | undefined): boolean {
  return answer?.refused === true;
}

function isUnreachable({ answer: { status, failure } }: Attempt): boolean {
  return failure === undefined && (status === 'UNAVAILABLE' || status === 'DEADLINE_EXCEEDED');
}

/** Where credentials are needed, a call without a token gets another status. */
function isUnknownMethod({ what, answer: { status, failure } }: Attempt): boolean {
  return what === 'no token' && status === 'UNIMPLEMENTED' && failure === undefined;
}

const UNKNOWN_METHOD: Line = [
  WARNING,
  ' the server answers UNIMPLEMENTED without a token: check the name of the method; a public unary method also answers so',
];

function connectionRows({ tls }: Target, probed: Probe): readonly (readonly Part[])[] {
  const { problem, hint, tls: facts } = probed;
  const rows: (readonly Part[])[] = [];
  if (facts !== undefined) {
    const { protocol, subject, validTo, untrusted } = facts;
    const mark = untrusted === undefined ? GOOD : BAD;
    rows.push([mark, 'TLS', `${protocol}, certificate of ${subject}, valid until ${validTo}`]);
  } else if (!tls) {
    rows.push([WARNING, 'TLS', 'none: anyone on the way can read the tokens']);
  }
  if (problem !== undefined) {
    rows.push([BAD, 'problem', problem]);
    if (hint !== undefined) rows.push(['', 'hint', hint]);
  }
  return rows;
}

function showAttempt({ what, answer }: Attempt): readonly Line[] {
  const { status, message, failure, challenge, refused } = answer;
  const accepted = what === 'your token' ? GOOD : WARNING;
  const expected = what === 'your token' ? BAD : GOOD;
  const verdict = refused ? 'refused' : 'not refused because of its credentials';
  const label = (text: string): Part => styled('faint', text);
  const rows: (readonly Part[])[] = [
    [label('status'), `${status}${message === '' ? '' : `: ${message}`}`],
    ...(failure === undefined ? [] : [[label('reason'), failure.reason]]),
    ...(challenge === undefined ? [] : [[label('challenge'), challenge]]),
    ...(failure?.retryAfterMs === undefined
      ? []
      : [[label('retry after'), `${failure.retryAfterMs} ms`]]),
    ...(failure === undefined || failure.requiredScopes.length === 0
      ? []
      : [[label('scopes'), failure.requiredScopes.join(' ')]]),
  ];
  return [
    [refused ? expected : accepted, ' ', styled('strong', what), `: ${verdict}`],
    ...table(rows, 4),
  ];
}

function showReflection(access: ReflectionAccess): Line {
  switch (access) {
    case 'open':
      return [
        WARNING,
        ' reflection is open to callers without a token: anyone can read the schema',
      ];
    case 'refused':
      return [GOOD, ' reflection is refused without a token'];
    case 'absent':
      return [GOOD, ' the server has no reflection'];
    case 'unknown':
      return [SKIPPED, ' reflection did not answer'];
  }
}

function answerData({ status, message, failure, challenge, refused }: Answer): {
  [name: string]: Data;
} {
  return {
    refused,
    status,
    message,
    challenge,
    reason: failure?.reason,
    stage: failure?.stage,
    retryAfterMs: failure?.retryAfterMs,
    requiredScopes: failure?.requiredScopes,
  };
}
