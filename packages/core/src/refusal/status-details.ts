import { ERROR_DOMAIN, type WireReason } from '../errors/wire-reason.ts';
import { encodeField, encodeMessage } from '../protobuf/wire-format.ts';

/** Field numbers of google.rpc.Status, google.protobuf.Any, ErrorInfo, RetryInfo and Duration. */
const STATUS = { code: 1, message: 2, details: 3 };
const ANY = { typeUrl: 1, value: 2 };
const ERROR_INFO = { reason: 1, domain: 2, metadata: 3 };
const MAP_ENTRY = { key: 1, value: 2 };
const RETRY_INFO = { retryDelay: 1 };
const DURATION = { seconds: 1, nanos: 2 };

/**
 * The bytes of `grpc-status-details-bin`: a google.rpc.Status with an ErrorInfo if there is a reason,
 * and a RetryInfo if a retry makes sense (gRPC's richer error model, AIP-193).
 */
export function encodeStatusDetails(
  status: { readonly code: number; readonly message: string },
  reason: WireReason | undefined,
  stage: 'admission' | 'running',
  retryAfterMs: number | undefined,
): Uint8Array {
  const fields = [
    encodeField(STATUS.code, status.code),
    encodeField(STATUS.message, status.message),
  ];
  if (reason !== undefined) {
    fields.push(encodeAny('google.rpc.ErrorInfo', encodeErrorInfo(reason, stage)));
  }
  if (retryAfterMs !== undefined) {
    fields.push(encodeAny('google.rpc.RetryInfo', encodeRetryInfo(retryAfterMs)));
  }
  return encodeMessage(...fields);
}

function encodeErrorInfo(reason: WireReason, stage: string): Uint8Array {
  const entry = encodeMessage(
    encodeField(MAP_ENTRY.key, 'stage'),
    encodeField(MAP_ENTRY.value, stage),
  );
  return encodeMessage(
    encodeField(ERROR_INFO.reason, reason),
    encodeField(ERROR_INFO.domain, ERROR_DOMAIN),
    encodeField(ERROR_INFO.metadata, entry),
  );
}

/** One of Status.details. */
function encodeAny(type: string, message: Uint8Array): Uint8Array {
  const any = encodeMessage(
    encodeField(ANY.typeUrl, `type.googleapis.com/${type}`),
    encodeField(ANY.value, message),
  );
  return encodeField(STATUS.details, any);
}

/** A Duration is limited to 10,000 years; nobody waits for longer than a day. */
const MAX_DELAY_MS = 86_400_000;

function encodeRetryInfo(delayMs: number): Uint8Array {
  const ms = Math.min(Math.ceil(delayMs), MAX_DELAY_MS);
  const duration = encodeMessage(
    encodeField(DURATION.seconds, Math.floor(ms / 1000)),
    encodeField(DURATION.nanos, (ms % 1000) * 1_000_000),
  );
  return encodeField(RETRY_INFO.retryDelay, duration);
}
