import { Metadata } from '@grpc/grpc-js';

/** Metadata with the given values of one field. */
export function metadataWith(key: string, ...values: readonly string[]): Metadata {
  const metadata = new Metadata();
  for (const value of values) metadata.add(key, value);
  return metadata;
}

/** Metadata with values that grpc-js would reject: any string, or bytes. */
export class UncheckedMetadata extends Metadata {
  readonly #values: (string | Buffer)[];

  constructor(...values: readonly (string | Buffer)[]) {
    super();
    this.#values = [...values];
  }

  override get(): (string | Buffer)[] {
    return this.#values;
  }
}
