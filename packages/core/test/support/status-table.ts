import type { AuthError } from '../../src/errors/auth-error.ts';
import { type RefusalStatus, statusOfRefusal } from '../../src/grpc/status.ts';
import { RefusalTable } from '../../src/refusal/refusal-table.ts';
import type { StatusOverrides } from '../../src/refusal/status-overrides.ts';

/** What grpc-js sends for the refusals of one server. */
export class StatusTable {
  readonly #refusals: RefusalTable;

  constructor(overrides?: StatusOverrides) {
    this.#refusals = new RefusalTable(overrides);
  }

  statusOf(error: AuthError, stage: 'admission' | 'running' = 'running'): RefusalStatus {
    const situation = { stage, deadlineEpochMs: undefined, nowMs: Date.now };
    return statusOfRefusal(this.#refusals.describe(error, situation));
  }
}
