import { decodeFields, encodeField, encodeMessage } from '../protobuf/wire-format.ts';

const ADMISSION = new TextEncoder().encode('admission');
const RUNNING = 'running';

/**
 * For bindings, on the error of a handler, which may be the refusal of another service: the same
 * google.rpc.Status, where each text field `admission` of an ErrorInfo's metadata is `running`. A client sends
 * a call again only if the handler of this server never ran. Returns the same bytes if there is nothing to
 * replace, and no bytes if they cannot be read.
 */
export function withoutAdmissionStage(details: Uint8Array): Uint8Array {
  if (indexOf(details, ADMISSION) === -1) return details;
  try {
    return rewrite(details, STATUS);
  } catch {
    // It holds the word and cannot be read: a client's reader might.
    return new Uint8Array();
  }
}

/** The fields that lead from a Status to the value of an ErrorInfo's metadata, by field number. */
interface Path {
  readonly [field: number]: Path | 'stage';
}
const STATUS: Path = { 3: { 2: { 3: { 2: 'stage' } } } };

function rewrite(bytes: Uint8Array, path: Path): Uint8Array {
  const fields = decodeFields(bytes).map(({ number, value, encoded }) => {
    const next = path[number];
    if (next === undefined || !(value instanceof Uint8Array)) return encoded;
    if (next !== 'stage') return encodeField(number, rewrite(value, next));
    return isAdmission(value) ? encodeField(number, RUNNING) : encoded;
  });
  return encodeMessage(...fields);
}

function isAdmission(value: Uint8Array): boolean {
  return value.length === ADMISSION.length && indexOf(value, ADMISSION) === 0;
}

function indexOf(bytes: Uint8Array, part: Uint8Array): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(part);
}
