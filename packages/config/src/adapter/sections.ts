import { z } from './zod.ts';

/**
 * The schemas of a section's members, one for each option of T: an option that a factory gains does
 * not compile until its section has it too.
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

/** One in which a secret may be misplaced, even as a name: an unknown member is never shown. */
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
