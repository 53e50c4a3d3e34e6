import { Metadata } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { createCallerTokenSource } from '../src/grpc-js.ts';

function sourceOf(...values: readonly string[]) {
  const metadata = new Metadata();
  for (const value of values) metadata.add('authorization', value);
  return createCallerTokenSource({ metadata });
}

describe("the source of a caller's token", () => {
  it.each(['Bearer abc.def-1~+/=', 'bearer abc.def-1~+/=', 'BEARER   abc.def-1~+/='])(
    'returns it: %j',
    async (value) => {
      expect(await sourceOf(value).get()).toEqual({ token: 'abc.def-1~+/=' });
    },
  );

  it.each([
    ['no value', []],
    ['two values', ['Bearer canary', 'Bearer canary2']],
    ['values that are joined', ['Bearer canary,Bearer canary2']],
    ['another scheme', ['Basic canary']],
    ['no scheme', ['canary']],
    ['no token', ['Bearer ']],
    ['a token with a space', ['Bearer can ary']],
    ['a character that no token has', ['Bearer can"ary']],
  ])('has no token for %s, and shows nothing of it', async (_, values) => {
    const error = await sourceOf(...values)
      .get()
      .catch((thrown: unknown) => thrown);
    expect(String(error)).toContain("set forwardToken: 'always'");
    expect(String(error)).not.toContain('canary');
  });

  it('reads the metadata once: what a handler changes later is not sent', async () => {
    const metadata = new Metadata();
    metadata.set('authorization', 'Bearer first');
    const source = createCallerTokenSource({ metadata });
    metadata.set('authorization', 'Bearer second');
    expect(await source.get()).toEqual({ token: 'first' });
  });

  it('rejects a call that is aborted', async () => {
    const signal = AbortSignal.abort(new Error('left'));
    await expect(sourceOf('Bearer abc').get({ signal })).rejects.toThrow('left');
  });
});
