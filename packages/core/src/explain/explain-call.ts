import type {
  AuthenticationContext,
  Authenticator,
  Credentials,
} from '../contract/authenticator.ts';
import { checkAuthenticator } from '../contract/check-authenticator.ts';
import { checkClock } from '../contract/clock.ts';
import { isPrincipal } from '../contract/principal.ts';
import { readCredentials } from '../credentials/read-credentials.ts';
import { AuthError } from '../errors/auth-error.ts';
import { checkOptionNames } from '../errors/option-checks.ts';
import { checkPolicy } from '../gate/check-policy.ts';
import { Gate, type GateAnswer } from '../gate/gate.ts';
import { GateContext } from '../gate/gate-context.ts';
import { readLimits, readTimeout } from '../gate/gate-limits.ts';
import { toAnswer } from '../gate/judge.ts';
import type { TransportCall } from '../gate/transport-call.ts';
import { authenticated } from '../policy/rules.ts';
import { AskedAuthenticator } from './asked-authenticator.ts';
import { credentialsStep } from './credentials-step.ts';
import type { Explanation, ExplainOptions } from './explanation.ts';
import { ruleStep } from './rule-step.ts';
import { TraceRecord } from './trace-record.ts';

const OPTION_NAMES = ['method', 'policy', 'signal', 'timeoutMs', 'clock'];

/** The context of a call that is explained. */
class ExplainedContext extends GateContext {
  readonly trace: NonNullable<AuthenticationContext['trace']>;

  constructor(call: TransportCall, record: TraceRecord) {
    super(call, readLimits());
    this.trace = record.add;
  }
}

/** Has a gate decide the call, as a guard does, and records the steps. See explain(). */
export async function explainCall(
  authenticator: Authenticator<object>,
  given: Credentials | AuthError | undefined,
  options: ExplainOptions,
): Promise<Explanation> {
  checkOptionNames('explain', options, OPTION_NAMES);
  checkAuthenticator(authenticator);
  const { method, policy, signal } = options;
  if (policy !== undefined) checkPolicy(policy, authenticator);
  const credentials = readCredentials(given);
  const record = new TraceRecord(AuthError.is(credentials) ? undefined : credentials);
  const asked = new AskedAuthenticator(authenticator, record);
  const gate = new Gate({
    authenticator: asked,
    policy,
    timeoutMs: readTimeout(options.timeoutMs),
    clock: checkClock(options.clock),
    limits: readLimits(),
  });
  const rule = policy === undefined || method === undefined ? undefined : gate.ruleFor(method);
  const call: TransportCall = {
    method: method ?? '',
    streaming: false,
    credentials,
    end: () => undefined,
  };
  const context = new ExplainedContext(call, record);
  const abort = (): void => context.abort(new Error('the explanation was aborted'));
  if (signal?.aborted === true) abort();
  signal?.addEventListener('abort', abort);
  try {
    const decided = await gate.decide(call, rule ?? authenticated(), context);
    const caller = toAnswer(asked.verdict);
    // Without a rule, no rule has to ask for scopes where any audience is accepted.
    const answer = rule === undefined && isPrincipal(caller) ? { principal: caller } : decided;
    asked.conclude(answer);
    record.addFirst(
      credentialsStep({ authenticator, credentials, answer, wasAsked: asked.wasAsked }),
    );
    if (rule !== undefined) record.add(ruleStep(authenticator, rule, answer, asked));
    return toExplanation(answer, record);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

function toExplanation(
  { principal, refusal, wouldRefuse }: GateAnswer,
  record: TraceRecord,
): Explanation {
  return Object.freeze({
    outcome: outcomeOf(refusal, wouldRefuse),
    steps: record.steps,
    error: refusal ?? wouldRefuse,
    principal,
  });
}

function outcomeOf(
  refusal: AuthError | undefined,
  wouldRefuse: AuthError | undefined,
): Explanation['outcome'] {
  if (refusal === undefined) return wouldRefuse === undefined ? 'allowed' : 'would_refuse';
  const { code } = refusal;
  return code === 'unavailable' || code === 'internal' ? code : 'refused';
}
