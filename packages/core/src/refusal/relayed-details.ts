import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

const ADMISSION = new TextEncoder().encode('admission');
const RUNNING = 'running';

/**
 * The same google.rpc.Status, where each text field `admission` of an ErrorInfo's metadata is `running`:
 * a client sends a call again only if the handler of this very server never ran. Returns the same bytes
 * if there is nothing to replace, and no bytes if they cannot be read.
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
  const reader = new BinaryReader(bytes);
  const writer = new BinaryWriter();
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    const next = path[field];
    if (type === WireType.LengthDelimited && next !== undefined) {
      const value = reader.bytes();
      writer.tag(field, type);
      if (next !== 'stage') writer.bytes(rewrite(value, next));
      else if (isAdmission(value)) writer.string(RUNNING);
      else writer.bytes(value);
    } else {
      const skipped = reader.skip(type, field);
      writer.tag(field, type).raw(skipped);
    }
  }
  return writer.finish();
}

function isAdmission(value: Uint8Array): boolean {
  return value.length === ADMISSION.length && indexOf(value, ADMISSION) === 0;
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(wanted);
}
