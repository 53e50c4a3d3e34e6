import type { ServerHttp2Stream } from 'node:http2';

/** A gRPC status that the client's bytes cause. */
export class WireError extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`status ${status}`);
    this.status = status;
  }
}

const HEAD_BYTES = 5;
const UNIMPLEMENTED = 12;
const RESOURCE_EXHAUSTED = 8;
const INTERNAL = 13;

/** The one message of a request: a flag for compression, four bytes of length, and the message. */
export async function readMessage(stream: ServerHttp2Stream, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Without the option, the stream is destroyed at its end, before the response is sent.
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    if (bytes > HEAD_BYTES + maxBytes) throw new WireError(RESOURCE_EXHAUSTED);
  }
  const received = Buffer.concat(chunks);
  if (bytes < HEAD_BYTES || received.readUInt32BE(1) !== bytes - HEAD_BYTES) {
    throw new WireError(INTERNAL);
  }
  if (received[0] !== 0) throw new WireError(UNIMPLEMENTED);
  return received.subarray(HEAD_BYTES);
}

export function toFrame(message: Uint8Array): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

const UNITS_MS = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 } as const;

/** The header `grpc-timeout`, as milliseconds since the epoch. Infinity: none. */
export function readDeadline(timeout: string | undefined, nowMs: number): number {
  const [, digits, unit] = /^(\d{1,8})([HMSmun])$/.exec(timeout ?? '') ?? [];
  if (unit === undefined) return Number.POSITIVE_INFINITY;
  return nowMs + Number(digits) * UNITS_MS[unit as keyof typeof UNITS_MS];
}
