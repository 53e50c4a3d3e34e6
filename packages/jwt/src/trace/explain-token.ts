import { AuthError, type Verdict } from '@grpc-authn/core/authenticator';
import type { JwtRules } from '../authenticator/jwt-options.ts';
import type { KeySource } from '../authenticator/key-source.ts';
import type { Trace } from './step-reporter.ts';
import { TokenTrace } from './token-trace.ts';
import { TracedKeySource } from './traced-key-source.ts';

interface ExplainedToken {
  readonly jwt: string;
  readonly rules: JwtRules;
  readonly source: KeySource;
  readonly trace: Trace;
}

/**
 * Reports each check of a token. The verdict is that of `verify`. The clock is stopped meanwhile, so that
 * verdict and steps agree.
 */
export async function explainToken(
  { jwt, rules, source, trace }: ExplainedToken,
  verify: (rules: JwtRules, source: KeySource) => Verdict<object> | Promise<Verdict<object>>,
): Promise<Verdict<object>> {
  const { clock } = rules;
  const nowMs = clock.nowMs();
  const fixed: JwtRules = {
    ...rules,
    clock: { nowMs: () => nowMs, setTimer: (ms, fire) => clock.setTimer(ms, fire) },
  };
  const keys = new TracedKeySource(source);
  // Before the keys are asked for, which may take a while.
  const steps = new TokenTrace(jwt, fixed, trace);
  try {
    const verdict = await verify(fixed, keys);
    steps.conclude(verdict, keys);
    return verdict;
  } catch (thrown) {
    steps.conclude(AuthError.is(thrown) ? thrown : new AuthError('internal', 'bug'), keys);
    throw thrown;
  }
}
