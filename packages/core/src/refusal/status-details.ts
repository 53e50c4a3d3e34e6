import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { ERROR_DOMAIN, type WireReason } from '../errors/wire-reason.ts';

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
  const writer = new BinaryWriter();
  writer.tag(STATUS.code, WireType.Varint).int32(status.code);
  writer.tag(STATUS.message, WireType.LengthDelimited).string(status.message);
  if (reason !== undefined) {
    writer.tag(STATUS.details, WireType.LengthDelimited).fork();
    writeAny(writer, 'google.rpc.ErrorInfo', () => writeErrorInfo(writer, reason, stage));
    writer.join();
  }
  if (retryAfterMs !== undefined) {
    writer.tag(STATUS.details, WireType.LengthDelimited).fork();
    writeAny(writer, 'google.rpc.RetryInfo', () => writeDelay(writer, retryAfterMs));
    writer.join();
  }
  return writer.finish();
}

function writeErrorInfo(writer: BinaryWriter, reason: WireReason, stage: string): void {
  writer.tag(ERROR_INFO.reason, WireType.LengthDelimited).string(reason);
  writer.tag(ERROR_INFO.domain, WireType.LengthDelimited).string(ERROR_DOMAIN);
  writer.tag(ERROR_INFO.metadata, WireType.LengthDelimited).fork();
  writer.tag(MAP_ENTRY.key, WireType.LengthDelimited).string('stage');
  writer.tag(MAP_ENTRY.value, WireType.LengthDelimited).string(stage);
  writer.join();
}

function writeAny(writer: BinaryWriter, type: string, writeMessage: () => void): void {
  writer.tag(ANY.typeUrl, WireType.LengthDelimited).string(`type.googleapis.com/${type}`);
  writer.tag(ANY.value, WireType.LengthDelimited).fork();
  writeMessage();
  writer.join();
}

/** A Duration is limited to 10,000 years; nobody waits for longer than a day. */
const MAX_DELAY_MS = 86_400_000;

function writeDelay(writer: BinaryWriter, delayMs: number): void {
  const ms = Math.min(Math.ceil(delayMs), MAX_DELAY_MS);
  writer.tag(RETRY_INFO.retryDelay, WireType.LengthDelimited).fork();
  writer.tag(DURATION.seconds, WireType.Varint).int64(Math.floor(ms / 1000));
  writer.tag(DURATION.nanos, WireType.Varint).int32((ms % 1000) * 1_000_000);
  writer.join();
}
