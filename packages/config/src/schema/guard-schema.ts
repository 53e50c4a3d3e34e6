import { z } from '../adapter/zod.ts';

export interface CredentialsSpec {
  readonly header?: string | undefined;
  readonly maxTokenBytes?: number | undefined;
  readonly bare?: boolean | undefined;
}

/** Where a call carries its token. */
export const CREDENTIALS_SCHEMA: z.ZodType<CredentialsSpec> = z.strictObject({
  header: z
    .string()
    .regex(/^(?!grpc-)(?!.*-bin$)[0-9a-z_.-]+$/, 'expected a lower-case metadata key of text')
    .optional()
    .describe('The metadata key of the token. Default authorization.'),
  maxTokenBytes: z
    .int()
    .min(1)
    .max(65_536)
    .optional()
    .describe('The longest token, in bytes. Default 16,384.'),
  bare: z
    .boolean()
    .optional()
    .describe(
      'Also accepts a token without the scheme Bearer. Default true for every header other than authorization.',
    ),
});

export interface LimitsSpec {
  readonly maxWaiting?: number | undefined;
  readonly maxWaitingPerPeer?: number | undefined;
}

const WAITING = z.int().min(1).max(1_000_000).optional();

/** How long a decision may take. */
export const TIMEOUT_SCHEMA: z.ZodType<number> = z.number().min(1).max(600_000);

/** How many calls may wait for an authentication. */
export const LIMITS_SCHEMA: z.ZodType<LimitsSpec> = z.strictObject({
  maxWaiting: WAITING.describe('Calls that may wait, in all. Default 16,384.'),
  maxWaitingPerPeer: WAITING.describe(
    'Calls of one peer that may wait. Default 8,192, and at most half of maxWaiting.',
  ),
});
