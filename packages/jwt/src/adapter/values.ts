import * as z from 'zod';

/** As checkText has it. */
export const text: z.ZodString = z.string().regex(/\S/, 'wanted a text that is not empty');

type Texts = [string, ...string[]];

/** A list, not a tuple: editors and validators know what to make of its JSON Schema. */
export const texts: z.ZodType<Texts> = z.array(text).min(1) as z.ZodType as z.ZodType<Texts>;

/** A text stands for a list of one. */
export const textsOrOne: z.ZodType<string | Texts> = z.union([text, texts], {
  error: 'wanted a text, or a list of texts',
});

/** Null stands for what is absent. */
export const textOrNone: z.ZodType<string | null> = z.union([text, z.null()], {
  error: 'wanted a text, or null for none',
});

/** A number of the range that the factory checks; what counts unless said stands in the JSON Schema. */
export function numberIn(
  range: { readonly min: number; readonly max: number; readonly default?: number },
  description: string,
): z.ZodNumber {
  const unlessSaid = range.default === undefined ? undefined : { default: range.default };
  return z
    .number()
    .min(range.min)
    .max(range.max)
    .meta({ description, ...unlessSaid });
}
