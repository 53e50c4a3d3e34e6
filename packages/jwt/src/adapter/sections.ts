import { noSuchOption } from '@grpc-authn/core/internal';
import * as z from 'zod';

/**
 * The members of a section of a config file, one for each option of T: an option that a factory gets
 * does not compile until the file has it too.
 */
export type Shape<T> = {
  readonly [K in keyof T]-?: undefined extends T[K]
    ? z.ZodExactOptional<z.ZodType<Exclude<T[K], undefined>>>
    : z.ZodType<T[K]>;
};

type Section<S extends z.ZodRawShape> = z.ZodObject<S, z.core.$strict>;

/** A section without other members. A name that is not known is shown, with the nearest that is. */
export function section<const S extends z.ZodRawShape>(shape: S, description: string): Section<S> {
  const known = Object.keys(shape);
  return z
    .strictObject(shape, {
      error: ({ code, keys }) =>
        code === 'unrecognized_keys'
          ? (keys as readonly string[]).map((name) => noSuchOption(name, known)).join('; ')
          : undefined,
    })
    .meta({ description });
}

/** One beside whose members a secret may be misplaced, as a name even: nothing of it is shown. */
export function secretSection<const S extends z.ZodRawShape>(
  shape: S,
  description: string,
): Section<S> {
  const known = Object.keys(shape);
  return z
    .strictObject(shape, {
      error: ({ code }) =>
        code === 'unrecognized_keys'
          ? `a member of another name; there are ${known.join(', ')}`
          : undefined,
    })
    .meta({ description, writeOnly: true });
}
