import type { AuthEvent } from './auth-event.ts';
import { publishEvent } from './channels.ts';
import { notify } from './notify.ts';

const WARNING_INTERVAL_MS = 60_000;
const lastWarningMs = new Map<string, number>();

/**
 * Reports an event to the operator, and publishes it. Without a `report`, an event with an error becomes a process warning, at
 * most once a minute per type, so that an outage is visible with default settings.
 */
export function reportEvent(
  report: ((event: AuthEvent) => void) | undefined,
  event: AuthEvent,
): void {
  publishEvent(event);
  if (report !== undefined) return notify(report, event);
  if (event.error === undefined) return;
  const { authenticator, type, error } = event;
  const nowMs = performance.now();
  const lastMs = lastWarningMs.get(type);
  if (lastMs !== undefined && nowMs - lastMs < WARNING_INTERVAL_MS) return;
  lastWarningMs.set(type, nowMs);
  process.emitWarning(`${authenticator}: ${type}: ${messagesOf(error)}`, {
    type: 'GrpcAuthnWarning',
    code: `GRPC_AUTHN_${type.toUpperCase()}`,
    detail: `Pass report to handle these events. ${type} is printed at most once a minute.`,
  });
}

/** Of an error and its causes. */
function messagesOf(error: unknown): string {
  const messages: string[] = [];
  for (let cause = error; cause instanceof Error && messages.length < 4; cause = cause.cause) {
    messages.push(cause.message);
  }
  return messages.length === 0 ? 'unknown error' : messages.join(': ');
}
