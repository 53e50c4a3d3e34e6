import { z } from './zod.ts';

/**
 * The schemas of a section's members, one for each option of T: a new option of a factory does not compile
 * until the section has it too.
 */
export type MemberSchemas<T> = {
  readonly [K in keyof T]-?: undefined extends T[K]
    ? z.ZodExactOptional<z.ZodType<Exclude<T[K], undefined>>>
    : z.ZodType<T[K]>;
};

type Section<S extends z.ZodRawShape> = z.ZodObject<S, z.core.$strict>;

/** An object with these members and no others. */
export function section<const S extends z.ZodRawShape>(
  members: S,
  description: string,
): Section<S> {
  return z.strictObject(members).meta({ description });
}

/** A section with a secret, which may be misplaced, even as a name: errors never show an unknown member. */
export function secretSection<const S extends z.ZodRawShape>(
  members: S,
  description: string,
): Section<S> {
  const known = Object.keys(members).join(', ');
  return z
    .strictObject(members, {
      error: ({ code }) =>
        code === 'unrecognized_keys' ? `expected no members other than ${known}` : undefined,
    })
    .meta({ description, writeOnly: true });
}
