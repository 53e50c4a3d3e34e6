import { CACHE_RANGES } from '@grpc-authn/core/internal';
import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';
import { z } from '../adapter/zod.ts';
import {
  CREDENTIALS_SCHEMA,
  type CredentialsSpec,
  LIMITS_SCHEMA,
  type LimitsSpec,
  TIMEOUT_SCHEMA,
} from './guard-schema.ts';

/** Validates a value, and describes it as JSON Schema. */
export type Schema<O> = StandardSchemaV1<unknown, O> & StandardJSONSchemaV1<unknown, O>;

/** How a file refers to an authenticator. */
export const SPEC_DESCRIPTION = 'the name of an authenticator or an inline definition';

const TEXTS = z.array(z.string().min(1)).min(1);

const { maxEntries, maxAgeSeconds } = CACHE_RANGES;
const LIMITS = {
  maxEntries: z.int().min(maxEntries.min).max(maxEntries.max).optional(),
  maxAgeSeconds: z.number().min(maxAgeSeconds.min).max(maxAgeSeconds.max).optional(),
};

export interface CacheSpec {
  readonly maxEntries?: number | undefined;
  readonly maxAgeSeconds?: number | undefined;
  readonly keepTokens?: boolean | undefined;
  readonly negative?: Pick<CacheSpec, 'maxEntries' | 'maxAgeSeconds'> | undefined;
}

/** How the principals of one authenticator are cached. */
export const CACHE_SCHEMA: Schema<CacheSpec> = z.strictObject({
  maxEntries: LIMITS.maxEntries.describe('Default 10,000.'),
  maxAgeSeconds: LIMITS.maxAgeSeconds.describe('Default 300; never beyond the expiry.'),
  keepTokens: z
    .boolean()
    .optional()
    .describe('Default true. With false the cache stores digests only, which is slower.'),
  negative: z
    .strictObject({
      maxEntries: LIMITS.maxEntries.describe('Default 1,000.'),
      maxAgeSeconds: LIMITS.maxAgeSeconds.describe('Default 10.'),
    })
    .optional()
    .describe('Caches refusals too, separately. Default: refusals are not cached.'),
});

export type RuleWord = 'public' | 'anonymous' | 'authenticated' | 'deny';
export const RULE_WORDS: readonly RuleWord[] = ['public', 'anonymous', 'authenticated', 'deny'];
export const RULE_WORD_SCHEMA: Schema<RuleWord> = z.enum(RULE_WORDS);

/** Conditions; a caller must meet all of them. */
export interface RuleParts {
  readonly scopes?: readonly string[] | undefined;
  readonly anyScope?: readonly string[] | undefined;
  readonly claims?:
    | readonly {
        readonly claim: string | readonly string[];
        readonly equals: string | number | boolean;
      }[]
    | undefined;
  readonly confirmedBy?: string | undefined;
}

export interface RuleSpec extends RuleParts {
  readonly anyOf?: readonly RuleParts[] | undefined;
  readonly override?: true | undefined;
  readonly dryRunUntil?: string | undefined;
}

const PARTS = {
  scopes: TEXTS.optional().describe('All of these scopes.'),
  anyScope: TEXTS.optional().describe('At least one of these scopes.'),
  claims: z
    .array(
      z.strictObject({
        claim: z
          .union([z.string().min(1), TEXTS])
          .describe('The name of one claim, or a list of names: the path into nested objects.'),
        equals: z
          .union([z.string(), z.number(), z.boolean()])
          .describe(
            'The expected value. If the claim is a list, one of its members must equal it.',
          ),
      }),
    )
    .min(1)
    .optional()
    .describe('All of these claims.'),
  confirmedBy: z
    .string()
    .min(1)
    .optional()
    .describe('The name of an authenticator. It is asked on every call, without a cache.'),
};

export const RULE_SCHEMA: Schema<RuleSpec> = z.strictObject({
  ...PARTS,
  anyOf: z.array(z.strictObject(PARTS)).min(1).optional().describe('At least one of these rules.'),
  override: z.literal(true).optional().describe('Weakens a rule of the .proto on purpose.'),
  dryRunUntil: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, 'expected a date, such as 2026-12-01')
    .optional()
    .describe('Until this day (at most 30 days ahead) the rule only reports what it would refuse.'),
});

export interface ConfigSpec {
  readonly $schema?: string | undefined;
  readonly authenticators?: Readonly<Record<string, unknown>> | undefined;
  readonly authenticator?: unknown;
  readonly credentials?: CredentialsSpec | undefined;
  readonly limits?: LimitsSpec | undefined;
  readonly timeoutMs?: number | undefined;
  readonly policy?:
    | {
        readonly otherwise?: 'deny' | 'authenticated' | undefined;
        readonly healthChecks?: 'public' | 'authenticated' | 'deny' | undefined;
        readonly descriptorSet?: string | undefined;
        readonly serviceDefaults?: 'none' | undefined;
        readonly rules: Readonly<Record<string, unknown>>;
      }
    | undefined;
}

/** Without the options of the authenticators, which their adapters check. */
export const CONFIG_SCHEMA: Schema<ConfigSpec> = z.strictObject({
  $schema: z.string().optional().describe('Where editors find this schema.'),
  authenticators: z
    .record(z.string().min(1), z.unknown())
    .optional()
    .describe('Authenticators by name. Compositions and rules refer to them.'),
  // The builder reports a missing one, with the forms that it may have.
  authenticator: z.unknown().optional().describe('The authenticator of every call.'),
  credentials: CREDENTIALS_SCHEMA.optional().describe('Where a call carries its token.'),
  limits: LIMITS_SCHEMA.optional().describe('How many calls may wait for an authentication.'),
  timeoutMs: TIMEOUT_SCHEMA.optional().describe(
    'How long the authentication of a call may take, in milliseconds. Default 10,000.',
  ),
  policy: z
    .strictObject({
      otherwise: z
        .enum(['deny', 'authenticated'])
        .optional()
        .describe('The rule for methods that no other rule names. Default deny.'),
      healthChecks: z
        .enum(['public', 'authenticated', 'deny'])
        .optional()
        .describe(
          'The rule of grpc.health.v1.Health. Default public, where no rule names a method of it.',
        ),
      descriptorSet: z
        .string()
        .min(1)
        .optional()
        .describe(
          'The path of a FileDescriptorSet, relative to this file: the rules in the .proto files.',
        ),
      serviceDefaults: z
        .literal('none')
        .optional()
        .describe(
          'States that no .proto has a default_rule. Needed without a descriptor set where otherwise allows callers.',
        ),
      rules: z
        .record(z.string(), z.unknown())
        .describe("By 'package.Service/Method' or 'package.Service/*'."),
    })
    .optional()
    .describe('Who may call which method. Default: every method requires authentication.'),
});
