/** The instrumentation scope: arguments of getMeter() and getTracer(). */
export const SCOPE = [
  '@grpc-authn/opentelemetry',
  undefined,
  { schemaUrl: 'https://opentelemetry.io/schemas/1.45.0' },
] as const;
