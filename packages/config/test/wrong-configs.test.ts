import { mkdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createFolder } from './support/config-folder.ts';
import { load, messageOf } from './support/loaded.ts';

const linesOf = async (text: string): Promise<readonly string[]> => {
  const { file } = await createFolder(text);
  const [first, ...lines] = (await messageOf(load({ file }))).split('\n');
  expect(first).toBe('grpc-authn.yaml:');
  return lines;
};

const GOOD = 'authenticator: { use: table, tokens: { t: alice } }\n';

describe('a file that is not a config is refused, with the place of the problem', () => {
  it.each<readonly [string, string, string]>([
    ['an empty one', '\n', '- line 1: expected at least authenticator, received an empty document'],
    [
      'a comment alone',
      '# nothing\n',
      '- line 1: expected at least authenticator, received an empty document',
    ],
    [
      'a tab',
      'authenticator:\n\tuse: table\n',
      '- line 2: expected spaces as indentation, received a tab',
    ],
    ['two documents', `${GOOD}---\n${GOOD}`, '- line 2: expected one document, received a second'],
    ['a key twice', `${GOOD}${GOOD}`, '- line 2: this key is here twice'],
    [
      'a missing bracket',
      'authenticator: { use: table',
      '- line 1: the indentation does not fit what is above, or a bracket is not closed',
    ],
    [
      'an anchor',
      'authenticator: &a { use: table }\n',
      '- line 1, authenticator: anchors and aliases are not supported; write the value out',
    ],
    ['a tag', 'authenticator: !!str x\n', '- line 1, authenticator: tags are not supported'],
    ['a list', '- use: table\n', '- line 1: expected an object, received a list of 1'],
    ['text', 'oidc\n', '- line 1: expected an object, received a string of 4 characters'],
    [
      'a number that cannot be represented exactly',
      `${GOOD}policy: 12345678901234567890\n`,
      '- line 2, policy: this number cannot be represented exactly; write it in quotes',
    ],
    [
      'no authenticator',
      'policy: { rules: {} }\n',
      '- line 1, authenticator: expected the name of an authenticator or an inline definition, received nothing',
    ],
  ])('%s', async (_, text, expected) => {
    expect(await linesOf(text)).toContain(expected);
  });

  it('an anchor bomb, without expanding it', async () => {
    const levels = Array.from({ length: 9 }, (_, level) => {
      const inner = level === 0 ? 'lol' : `*l${level - 1}`;
      return `l${level}: &l${level} [${Array.from({ length: 9 }, () => inner).join(', ')}]`;
    });
    expect((await linesOf(levels.join('\n')))[0]).toContain(
      'anchors and aliases are not supported',
    );
  });

  it('a million nested brackets', async () => {
    expect((await linesOf('['.repeat(500_000)))[0]).toBe('- line 1: this is nested too deeply');
    expect((await linesOf(`a: ${'['.repeat(100)}${']'.repeat(100)}`)).join()).toContain(
      'nested too deeply',
    );
  });

  it('what is not a file', async () => {
    const folder = await createFolder();
    expect(await messageOf(load({ file: folder.file }))).toBe(
      'grpc-authn.yaml:\n- the file cannot be read (ENOENT)',
    );
    await mkdir(folder.file);
    expect(await messageOf(load({ file: folder.file }))).toContain('is not a regular file');
  });

  it('a file that is not text', async () => {
    const folder = await createFolder();
    await folder.write(Buffer.from([0x61, 0xff, 0xfe]));
    expect(await messageOf(load({ file: folder.file }))).toContain('is not UTF-8 text');
  });

  it('a file of more than 1 MiB', async () => {
    expect((await linesOf(`${GOOD}#${' '.repeat(1024 * 1024)}`))[0]).toContain('larger than 1 MiB');
  });
});

describe('an unknown key', () => {
  it.each([
    ['above', `${GOOD}polcy: {}\n`, '- line 2, polcy: unknown key; did you mean "policy"?'],
    [
      'in an authenticator',
      'authenticator:\n  use: table\n  isuer: x\n  tokens: {}\n',
      '- line 3, authenticator.isuer: unknown key; did you mean "issuer"?',
    ],
    [
      'that is not the adapter’s own',
      'authenticator:\n  use: table\n  tokens: {}\n  cahce: false\n',
      '- line 4, authenticator.cahce: unknown key; did you mean "cache"?',
    ],
    [
      'in a cache',
      'authenticator:\n  use: table\n  tokens: {}\n  cache:\n    maxAge: 1\n',
      '- line 5, authenticator.cache.maxAge: unknown key; did you mean "maxAgeSeconds"?',
    ],
    [
      'in a rule',
      `${GOOD}policy:\n  rules:\n    a.B/C:\n      scope: [a]\n`,
      '- line 5, policy.rules["a.B/C"].scope: unknown key; did you mean "scopes"?',
    ],
    [
      'like no other',
      'authenticator: { use: table, tokens: {}, zzzzzzzzzz: 1 }\n',
      '- line 1, authenticator.zzzzzzzzzz: unknown key; the keys are use, name, cache, issuer, tokens, scopes, secret, size',
    ],
    [
      'named __proto__',
      `${GOOD}__proto__: {}\n`,
      '- line 2, __proto__: unknown key; the keys are $schema, authenticators, authenticator, credentials, limits, timeoutMs, policy',
    ],
  ])('is reported with the nearest known one: %s', async (_, text, expected) => {
    expect(await linesOf(text)).toEqual([expected]);
  });
});

describe('a value that is wrong', () => {
  it.each([
    ['of another type', 'size: big', 'size: expected a number, received a string of 3 characters'],
    ['too large', 'size: 11', 'size: expected a number of at most 10, received a number'],
    [
      'too short',
      'secret: hunter2',
      'secret: expected a string of at least 8 characters, received a string of 7 characters',
    ],
    ['in a list', 'scopes: [a, 1]', 'scopes[1]: expected a string, received a number'],
  ])(
    'is reported by its type and length, and what is expected: %s',
    async (_, member, expected) => {
      const text = `authenticator:\n  use: table\n  tokens: {}\n  ${member}\n`;
      expect(await linesOf(text)).toEqual([`- line 4, authenticator.${expected}`]);
    },
  );

  it('is reported with all others, in the order of the file', async () => {
    const text = `
authenticators:
  main: { use: tabel, tokens: {} }
  other: { use: table, tokens: [] }
authenticator: mian
policy:
  otherwise: anonymous
  rules: {}
extra: 1
`;
    const inSections = [
      expect.stringMatching(
        /^- line 3, authenticators\.main\.use: unknown adapter; did you mean "table"\?/,
      ),
      '- line 4, authenticators.other.tokens: expected an object, received a list of 0',
      '- line 5, authenticator: unknown authenticator; did you mean "main"?',
    ];
    expect(await linesOf(text)).toEqual([
      ...inSections,
      '- line 7, policy.otherwise: expected one of deny, authenticated, received a string of 9 characters',
      '- line 9, extra: unknown key; the keys are $schema, authenticators, authenticator, credentials, limits, timeoutMs, policy',
    ]);
    const fixed = text.replace('  otherwise: anonymous\n', '').replace('extra: 1\n', '');
    expect(await linesOf(fixed)).toEqual(inSections);
  });
});
