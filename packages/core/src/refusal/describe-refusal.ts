import type { AuthError } from '../errors/auth-error.ts';
import type { Refusal } from './refusal.ts';
import { RefusalTable } from './refusal-table.ts';
import type { StatusOverrides } from './status-overrides.ts';

/**
 * An AuthError as a client sees it. `stage` is 'running' by default: only a guard knows that the
 * handler never ran.
 *
 * @throws ConfigError for wrong `statuses`.
 * @example describeRefusal(new AuthError('permission_denied', 'claim')).statusCode // 7
 */
export function describeRefusal(
  error: AuthError,
  options: {
    readonly statuses?: StatusOverrides | undefined;
    readonly stage?: 'admission' | 'running';
    readonly deadlineEpochMs?: number;
  } = {},
): Refusal {
  const { statuses, stage = 'running', deadlineEpochMs } = options;
  const table = new RefusalTable(statuses);
  return table.describe(error, { stage, deadlineEpochMs, nowMs: Date.now });
}
