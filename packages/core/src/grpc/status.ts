import { Metadata, status as Status } from '@grpc/grpc-js';
import type { AuthError } from '../errors/auth-error.ts';
import { describeRefusal } from '../refusal/describe-refusal.ts';
import type { Refusal } from '../refusal/refusal.ts';

/** A refusal as grpc-js sends it. */
export interface RefusalStatus {
  readonly code: Status;
  readonly details: string;
  readonly metadata: Metadata;
}

/** The metadata is a new one: an interceptor may add trailers to this call's, not to every call's. */
export function statusOfRefusal(refusal: Refusal): RefusalStatus {
  const { statusCode, message, reason, challenge, retryPushbackMs, details } = refusal;
  const metadata = new Metadata();
  if (challenge !== undefined) metadata.set('www-authenticate', challenge);
  if (reason !== undefined) metadata.set('grpc-status-details-bin', Buffer.from(details));
  if (retryPushbackMs !== undefined) {
    metadata.set('grpc-retry-pushback-ms', String(retryPushbackMs));
  }
  return { code: asStatus(statusCode), details: message, metadata };
}

function asStatus(code: number): Status {
  return Status[Status[code] as keyof typeof Status];
}

/**
 * The gRPC status of a refusal, with its trailers: `www-authenticate` (RFC 6750),
 * `grpc-status-details-bin` (google.rpc.Status with ErrorInfo, and RetryInfo for an outage) and, for
 * an outage, `grpc-retry-pushback-ms`. For handlers that refuse by themselves: the stage is 'running'.
 *
 * @example callback(toStatus(new AuthError('permission_denied', 'claim')))
 */
export function toStatus(error: AuthError): RefusalStatus {
  return statusOfRefusal(describeRefusal(error));
}
