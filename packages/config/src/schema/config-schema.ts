import { CACHE_RANGES } from '@grpc-authn/core/internal';
import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';
import { z } from '../adapter/zod.ts';

/** Checks what came, and says as JSON Schema what is wanted. */
export type Schema<O> = StandardSchemaV1<unknown, O> & StandardJSONSchemaV1<unknown, O>;

/** What stands for an authenticator. */
export const SPEC_DESCRIPTION = 'a name of authenticators, or an authenticator in place';

/** 'access' or 'id': the adapters' option `use`, which in a file names the adapter. */
export const TOKEN_USE = 'tokenUse';

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

/** Of the verdicts of one authenticator. */
export const CACHE_SCHEMA: Schema<CacheSpec> = z.strictObject({
  maxEntries: LIMITS.maxEntries.describe('10,000 unless said'),
  maxAgeSeconds: LIMITS.maxAgeSeconds.describe('300 unless said; never past the expiry'),
  keepTokens: z.boolean().optional().describe('false keeps digests alone, and is slower'),
  negative: z
    .strictObject({
      maxEntries: LIMITS.maxEntries.describe('1,000 unless said'),
      maxAgeSeconds: LIMITS.maxAgeSeconds.describe('10 unless said'),
    })
    .optional()
    .describe('keeps refusals too, apart; none are kept unless this is given'),
});

export type RuleWord = 'public' | 'anonymous' | 'authenticated' | 'deny';
export const RULE_WORDS: readonly RuleWord[] = ['public', 'anonymous', 'authenticated', 'deny'];
export const RULE_WORD_SCHEMA: Schema<RuleWord> = z.enum(RULE_WORDS);

/** What a caller must have; all of it. */
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
  scopes: TEXTS.optional().describe('all of these scopes'),
  anyScope: TEXTS.optional().describe('at least one of these scopes'),
  claims: z
    .array(
      z.strictObject({
        claim: z
          .union([z.string().min(1), TEXTS])
          .describe('one claim to the letter, or a path into nested objects'),
        equals: z
          .union([z.string(), z.number(), z.boolean()])
          .describe('what it must be; of a claim that is a list, one of its members'),
      }),
    )
    .min(1)
    .optional()
    .describe('all of these claims'),
  confirmedBy: z
    .string()
    .min(1)
    .optional()
    .describe('a name of authenticators: it is asked on every call, and keeps nothing'),
};

export const RULE_SCHEMA: Schema<RuleSpec> = z.strictObject({
  ...PARTS,
  anyOf: z.array(z.strictObject(PARTS)).min(1).optional().describe('at least one of these rules'),
  override: z.literal(true).optional().describe('weakens a rule of the .proto on purpose'),
  dryRunUntil: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/)
    .optional()
    .describe('only reports what it would refuse, until this day (30 days ahead at most)'),
});

export interface ConfigSpec {
  readonly $schema?: string | undefined;
  readonly authenticators?: Readonly<Record<string, unknown>> | undefined;
  readonly authenticator?: unknown;
  readonly policy?:
    | {
        readonly otherwise?: 'deny' | 'authenticated' | undefined;
        readonly rules: Readonly<Record<string, unknown>>;
      }
    | undefined;
}

/** The frame: what stands in an authenticator is its adapter's to say. */
export const CONFIG_SCHEMA: Schema<ConfigSpec> = z.strictObject({
  $schema: z.string().optional().describe('where editors find this schema'),
  authenticators: z
    .record(z.string().min(1), z.unknown())
    .optional()
    .describe('authenticators by name, for compositions and rules to refer to'),
  // Its builder tells that it is missing, and in which forms it may come.
  authenticator: z.unknown().optional().describe('whom the interceptor asks'),
  policy: z
    .strictObject({
      otherwise: z
        .enum(['deny', 'authenticated'])
        .optional()
        .describe('for methods that no rule names; deny unless said'),
      rules: z
        .record(z.string(), z.unknown())
        .describe("by 'package.Service/Method' or 'package.Service/*'"),
    })
    .optional()
    .describe('who may call what; without it every method needs a verified caller'),
});
