import { z } from './zod.ts';

/** A non-empty string: the same check as core's checkText. */
export const text: z.ZodString = z.string().regex(/\S/, 'expected a non-empty string');

type Texts = [string, ...string[]];

/** A list, not a tuple: editors and validators understand its JSON Schema. */
export const texts: z.ZodType<Texts> = z.array(text).min(1) as z.ZodType as z.ZodType<Texts>;

/** A list of strings, or one string. */
export const textsOrOne: z.ZodType<string | Texts> = z.union([text, texts], {
  error: 'expected a non-empty string, or a list of them',
});

/** A string; null accepts a value that is absent. */
export const textOrNone: z.ZodType<string | null> = z.union([text, z.null()], {
  error: 'expected a non-empty string, or null for none',
});

/** A number in the range that the factory checks. The JSON Schema shows its default. */
export function numberIn(
  range: { readonly min: number; readonly max: number; readonly default?: number },
  description: string,
): z.ZodNumber {
  const byDefault = range.default === undefined ? undefined : { default: range.default };
  return z
    .number()
    .min(range.min)
    .max(range.max)
    .meta({ description, ...byDefault });
}
