import type { AuthenticationContext, CheckName, CheckStep } from '@grpc-authn/core/authenticator';

export type Trace = NonNullable<AuthenticationContext['trace']>;

/** What a check found. Without a `fault`, it has passed. */
export interface Finding extends Pick<CheckStep, 'expected' | 'received'> {
  /** What to do about it. */
  readonly fault?: string | undefined;
}

/** Reports the steps of one authenticator. */
export class StepReporter {
  readonly #authenticator: string;
  readonly #trace: Trace;
  #hasFailed = false;

  constructor(authenticator: string, trace: Trace) {
    this.#authenticator = authenticator;
    this.#trace = trace;
  }

  /** A check has failed. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  report(check: CheckName, { fault, expected, received }: Finding): void {
    const result = fault === undefined ? 'passed' : 'failed';
    if (fault !== undefined) this.#hasFailed = true;
    this.#trace({
      check,
      result,
      authenticator: this.#authenticator,
      ...(expected === undefined ? undefined : { expected }),
      ...(received === undefined ? undefined : { received }),
      ...(fault === undefined ? undefined : { hint: fault }),
    });
  }

  notReached(...checks: readonly CheckName[]): void {
    const authenticator = this.#authenticator;
    for (const check of checks) this.#trace({ check, result: 'not_reached', authenticator });
  }
}
