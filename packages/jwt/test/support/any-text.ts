import * as fc from 'fast-check';

/**
 * Strings of any code points. `fc.string({ unit: 'binary' })` gives the same, but takes seconds to create,
 * which is too long for one test on a busy machine.
 */
export function anyText(
  length: { readonly minLength?: number; readonly maxLength?: number } = {},
): fc.Arbitrary<string> {
  return fc
    .array(fc.nat({ max: 0x10_ff_ff }), length)
    .map((codePoints) => String.fromCodePoint(...codePoints));
}
