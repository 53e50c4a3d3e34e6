import type { Attributes, MeterProvider } from '@opentelemetry/api';

export interface Recorded {
  readonly name: string;
  readonly value: number;
  readonly attributes: Attributes;
}

/** A MeterProvider that notes what is recorded. */
export function createFakeMeter(onRecord: (recorded: Recorded) => void): MeterProvider {
  const create = (name: string) => {
    const record = (value: number, attributes: Attributes): void =>
      onRecord({ name, value, attributes });
    return { add: record, record };
  };
  const meter = { createCounter: create, createHistogram: create };
  return { getMeter: () => meter } as unknown as MeterProvider;
}
