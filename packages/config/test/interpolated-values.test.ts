import { execFileSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '@grpc-authn/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFolder } from './support/config-folder.ts';
import { load, messageOf } from './support/loaded.ts';
import { createTableAdapter } from './support/table-adapter.ts';

const CANARY = 'canary-secret-0123456789';

beforeEach(() => {
  vi.stubEnv('SECRET', CANARY);
  vi.stubEnv('EMPTY', '');
});
afterEach(() => vi.unstubAllEnvs());

const withSecret = (secret: string): string =>
  `authenticator: { use: table, tokens: {}, secret: '${secret}' }\n`;

/** The secret that the adapter received. */
async function secretOf(text: string): Promise<string | undefined> {
  const { file } = await createFolder(withSecret(text));
  return (await load({ file })).table.made[0]?.secret;
}

describe('a value', () => {
  it.each([
    ['an environment variable', '${SECRET}', CANARY],
    ['one within a text', 'a-${SECRET}-b', `a-${CANARY}-b`],
    ['two of them', '${SECRET}${SECRET}', CANARY + CANARY],
    ['a literal ${, where it is escaped', '12345678$${SECRET}', '12345678${SECRET}'],
    ['a dollar sign alone', '12345678$SECRET', '12345678$SECRET'],
  ])('is replaced by %s', async (_, text, expected) => {
    expect(await secretOf(text)).toBe(expected);
  });

  it('is interpolated once: its result is not interpolated again', async () => {
    vi.stubEnv('OUTER', '${SECRET}');
    expect(await secretOf('${OUTER}')).toBe('${SECRET}');
  });

  it('is interpolated after parsing: a newline in it changes no rule', async () => {
    vi.stubEnv('OUTER', `12345678'}\npolicy: { otherwise: authenticated, rules: {} }\n#`);
    const { file } = await createFolder(withSecret('${OUTER}'));
    const { auth, table } = await load({ file });
    expect(table.made[0]?.secret).toContain('policy:');
    expect(auth.policy.table()).toEqual([
      { method: '*', rule: 'authenticated', source: 'otherwise' },
    ]);
  });

  it('of an object is interpolated as in a file', async () => {
    const config = { authenticator: { use: 'table', tokens: {}, secret: '${SECRET}' } };
    expect((await load({ config })).table.made[0]?.secret).toBe(CANARY);
  });

  it.each([
    [
      'NOBODY_SET_THIS',
      '${NOBODY_SET_THIS}',
      'the environment variable NOBODY_SET_THIS is not set; set it before you start the server',
    ],
    [
      'EMPTY',
      '${EMPTY}',
      'the environment variable EMPTY is empty; set it before you start the server',
    ],
    ['no name', '${a b}', 'expected ${NAME} or ${file:path}; write $${ for a literal ${'],
    ['no end', '${SECRET', 'expected a closing } after ${; write $${ for a literal ${'],
    ['nothing', '${}', 'expected ${NAME} or ${file:path}; write $${ for a literal ${'],
  ])('that cannot be replaced is reported by its name: %s', async (_, text, expected) => {
    const { file } = await createFolder(withSecret(text));
    expect(await messageOf(load({ file }))).toBe(
      `grpc-authn.yaml:\n- line 1, authenticator.secret: ${expected}`,
    );
  });

  it('is never interpolated in a key', async () => {
    const { file } = await createFolder(
      "authenticator: { use: table, tokens: { '${SECRET}': a } }\n",
    );
    expect(await messageOf(load({ file }))).toContain(
      'authenticator.tokens["${SECRET}"]: keys are not interpolated',
    );
  });

  it.each([
    ['otherwise', 'otherwise: ${OTHERWISE}\n  rules: {}'],
    ['a rule', 'rules: { a.B/C: "${RULE}" }'],
    ['a scope', 'rules: { a.B/C: { scopes: ["${SCOPE}"] } }'],
  ])('is never interpolated in the policy: %s', async (_, policy) => {
    for (const name of ['OTHERWISE', 'RULE', 'SCOPE']) vi.stubEnv(name, 'authenticated');
    const { file } = await createFolder(
      `authenticator: { use: table, tokens: {} }\npolicy:\n  ${policy}\n`,
    );
    expect(await messageOf(load({ file }))).toContain(
      'the policy is not interpolated; write it out',
    );
  });
});

describe('a value from a file', () => {
  it.each([
    ['unchanged', CANARY, CANARY],
    ["without the line's end", `${CANARY}\n`, CANARY],
    ["without the line's end of Windows", `${CANARY}\r\n`, CANARY],
    ['with every other white space', ` ${CANARY}\n\n`, ` ${CANARY}\n`],
  ])('beside the config is read %s', async (_, content, expected) => {
    const folder = await createFolder(withSecret('${file:secret}'));
    await folder.write(content, 'secret');
    expect((await load({ file: folder.file })).table.made[0]?.secret).toBe(expected);
  });

  it('may be in another folder', async () => {
    const elsewhere = await createFolder();
    const path = await elsewhere.write(CANARY, 'secret');
    expect(await secretOf(`\${file:${path}}`)).toBe(CANARY);
  });

  const wrong: readonly (readonly [string, (path: string) => Promise<unknown> | void, string])[] = [
    ['is not there', () => undefined, 'cannot be read (ENOENT)'],
    ['is empty', (path) => writeFile(path, ''), 'is empty'],
    ['is an empty line', (path) => writeFile(path, '\n'), 'is empty'],
    ['is a folder', (path) => mkdir(path), 'is not a regular file'],
    ['is a named pipe', (path) => void execFileSync('mkfifo', [path]), 'is not a regular file'],
    ['is a device', (path) => symlink('/dev/zero', path), 'is not a regular file'],
    [
      'is larger than 64 KiB',
      (path) => writeFile(path, 'x'.repeat(64 * 1024 + 1)),
      'is larger than 64 KiB',
    ],
    ['is not text', (path) => writeFile(path, Buffer.from([0xc3, 0x28])), 'is not UTF-8 text'],
  ];
  // POSIX only, skipped on Windows.
  const hasPosixFiles = process.platform !== 'win32';
  const tried = wrong.filter(([what]) => hasPosixFiles || !/named pipe|device/.test(what));
  it.each(tried)('that %s is an error that names it', async (_, make, expected) => {
    const folder = await createFolder(withSecret('${file:secret}'));
    await make(join(folder.path, 'secret'));
    expect(await messageOf(load({ file: folder.file }))).toBe(
      `grpc-authn.yaml:\n- line 1, authenticator.secret: the file "secret" ${expected}`,
    );
  });

  it('of exactly 64 KiB is read', async () => {
    const folder = await createFolder(withSecret('${file:secret}'));
    await folder.write('x'.repeat(64 * 1024), 'secret');
    expect((await load({ file: folder.file })).table.made[0]?.secret).toHaveLength(64 * 1024);
  });
});

describe('an error', () => {
  it('shows the placeholder of a value, and nothing of the value', async () => {
    vi.stubEnv('SHORT', 'hunter2');
    const { file } = await createFolder(withSecret('${SHORT}'));
    const message = await messageOf(load({ file }));
    expect(message).toBe(
      'grpc-authn.yaml:\n- line 1, authenticator.secret: ${SHORT}: expected a string of at least 8 characters, received a string of 7 characters',
    );
  });

  it.each([
    ['as a use', `authenticator: { use: '\${SECRET}' }`],
    ['as a name', `authenticator: '\${SECRET}'`],
    ['as an authenticator', `authenticators: { a: '\${SECRET}' }\nauthenticator: a`],
    ['as a scope list', `authenticator: { use: table, tokens: {}, scopes: '\${SECRET}' }`],
    ['in an unquoted list', `authenticator: ['\${SECRET}']`],
    ['as a cache', `authenticator: { use: table, tokens: {}, cache: '\${SECRET}' }`],
  ])('shows no secret in the wrong place: %s', async (_, text) => {
    const { file } = await createFolder(`${text}\n`);
    expect(await messageOf(load({ file }))).not.toContain('canary');
  });

  it('of an adapter that shows a value is reported with its placeholder', async () => {
    const { adapter } = createTableAdapter('talking');
    const talking = {
      ...adapter,
      create: (options: unknown) => {
        throw new ConfigError(`this is wrong: ${JSON.stringify(options)}`);
      },
    };
    const { file } = await createFolder(withSecret('${SECRET}').replace('table', 'talking'));
    const message = await messageOf(load({ file }, { adapters: [talking] }));
    expect(message).toContain('this is wrong');
    expect(message).toContain('${SECRET}');
    expect(message).not.toContain('canary');
  });

  it('in YAML quotes nothing of the file', async () => {
    for (const text of [
      `a: [${CANARY}`,
      `a: ${CANARY}: b`,
      `"${CANARY}`,
      `a: *${CANARY}`,
      `a: &${CANARY} x`,
      `? [${CANARY}]\n: x`,
      `a: !${CANARY} x`,
      `%${CANARY}\n---\na`,
      `a: @${CANARY}`,
    ]) {
      const { file } = await createFolder(text);
      expect(await messageOf(load({ file }))).not.toContain('canary');
    }
  });
});
