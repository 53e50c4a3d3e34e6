import type { Credentials } from '../../src/contract/authenticator.ts';
import type { Clock } from '../../src/contract/clock.ts';
import type { Principal } from '../../src/contract/principal.ts';
import type { AuthError } from '../../src/errors/auth-error.ts';
import { createCallGuard } from '../../src/guard/create-call-guard.ts';
import type { BindingOptions } from '../../src/guard/guard-options.ts';
import type { CallGuard, GateOutcome } from '../../src/guard/call-guard.ts';
import type { TransportCall } from '../../src/gate/transport-call.ts';
import type { Rule } from '../../src/policy/rule.ts';

export type Decided = Principal<object> | AuthError | undefined;

/** A call, as far as a test cares. */
export interface TestCall {
  readonly method: string;
  readonly peer?: { readonly address: string };
  readonly authority?: string;
  readonly deadlineEpochMs?: number;
  whenCancelled?(finish: () => void): void;
}

/** Calls of a guard whose credentials a test gives: the principal, the refusal, or neither. */
export function createGate(
  options: BindingOptions,
): (credentials: Credentials | undefined, call: TestCall) => Decided | Promise<Decided> {
  const guard = createCallGuard(options);
  return (credentials, call) => decideWith(guard, credentials, call);
}

/** A guard for which a test says which rule a call has. */
export class Gate {
  readonly #guard: CallGuard;
  #rule: Rule | undefined;

  constructor(options: BindingOptions, clock?: Clock) {
    const policy = { ruleFor: () => this.#rule as Rule, table: () => [] };
    this.#guard = createCallGuard({ ...options, policy, ...(clock && { clock }) });
  }

  decide(
    rule: Rule,
    credentials: Credentials | undefined,
    call: TestCall,
    observer?: { wouldRefuse(error: AuthError): void },
  ): Decided | Promise<Decided> {
    this.#rule = rule;
    return decideWith(this.#guard, credentials, call, ({ wouldRefuse }) => {
      if (wouldRefuse !== undefined) observer?.wouldRefuse(wouldRefuse);
    });
  }
}

function decideWith(
  guard: CallGuard,
  credentials: Credentials | undefined,
  call: TestCall,
  note: (outcome: GateOutcome) => void = () => undefined,
): Decided | Promise<Decided> {
  const { method, peer, authority, deadlineEpochMs } = call;
  const transport: TransportCall = {
    method,
    streaming: false,
    credentials,
    ...(peer && { peer }),
    ...(authority !== undefined && { authority }),
    ...(deadlineEpochMs !== undefined && { deadlineEpochMs }),
    end: () => undefined,
  };
  call.whenCancelled?.(() => guard.finish(transport));
  const decided = (outcome: GateOutcome): Decided => {
    note(outcome);
    expectConsistent(outcome);
    return outcome.allowed ? outcome.principal : outcome.refusal;
  };
  const outcome = guard.begin(transport);
  return outcome instanceof Promise ? outcome.then(decided) : decided(outcome);
}

function expectConsistent({ allowed, refusal, principal }: GateOutcome): void {
  if (allowed === (refusal !== undefined)) throw new Error('expected a refusal exactly if refused');
  if (!allowed && principal !== undefined) throw new Error('expected no principal if refused');
}
