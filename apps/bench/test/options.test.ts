import { describe, expect, it } from 'vitest';
import { commandOf, isComplete, readOptions } from '../src/command/options.ts';

describe('the options', () => {
  it('choose scenarios and subjects whose names have commas', () => {
    const { scenarios, subjects } = readOptions([
      '--scenario=warm, 1,000 tokens',
      '--scenario=cold, RS256',
      '--subjects=grpc-authn, cached,jose and a Map,fast-jwt, cached',
    ]);
    expect(scenarios).toEqual(['warm, 1,000 tokens', 'cold, RS256']);
    expect(subjects).toEqual(['grpc-authn, cached', 'jose and a Map', 'fast-jwt, cached']);
  });

  it.each(['0', '1001', '2.5', 'many'])('reject %s rounds', (rounds) => {
    expect(() => readOptions(['--rounds', rounds])).toThrow('--rounds: expected');
  });

  it.each([
    [['--scenario', 'cold, RS256']],
    [['--subjects', 'jose']],
    [['--rounds', '3']],
    [['--quick']],
    [['--node', '20']],
    [['--only', 'imports']],
  ])('make a partial run of %j, which is not committed', (args) => {
    expect(isComplete(readOptions(args))).toBe(false);
  });

  it('make a complete run of a comparison with another commit', () => {
    expect(isComplete(readOptions(['--before', 'abcdef0']))).toBe(true);
  });

  it('are shown in the report, without the folder', () => {
    const command = 'pnpm bench --only "cold calls" --node 24';
    expect(commandOf(['--only', 'cold calls', '--out', '/folder', '--node', '24'])).toBe(command);
    expect(commandOf(['--out=/folder', '--only', 'cold calls', '--node', '24'])).toBe(command);
  });
});
