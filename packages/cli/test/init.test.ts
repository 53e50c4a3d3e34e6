import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { newPath, writeFiles } from './support/folder.ts';
import { run } from '../src/run.ts';
import { createSink, createTerminal, runCli, runJson } from './support/run-cli.ts';

const AUTH0 = [
  '--set',
  'AUTH0_DOMAIN=acme.eu.auth0.com',
  '--set',
  'auth0_audience=https://orders.example.com',
];

describe('init', () => {
  it('writes a recipe with the given values, and says what to do next', async () => {
    const file = await newPath('auth.yaml');
    const { status, stdout } = await runCli(['init', 'auth0', '--file', file, ...AUTH0]);
    expect(status).toBe(0);
    expect(stdout).toContain('npm install @grpc-authn/core @grpc-authn/config @grpc-authn/oidc');
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('# The trailing slash is part of the issuer.');
    expect(parse(text)).toMatchObject({
      authenticator: {
        issuer: 'https://acme.eu.auth0.com/',
        audience: 'https://orders.example.com',
      },
    });
  });

  it('never overwrites a file', async () => {
    const { 'grpc-authn.yaml': file } = await writeFiles({ 'grpc-authn.yaml': 'mine' });
    const { status, stderr } = await runCli(['init', 'auth0', '--file', file, ...AUTH0]);
    expect(status).toBe(1);
    expect(stderr).toContain('is not overwritten; write another with --file');
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  it.skipIf(process.platform === 'win32')('writes through no link', async () => {
    const target = await newPath('target.yaml');
    const link = join(dirname(target), 'link.yaml');
    symlinkSync(target, link);
    expect((await runCli(['init', 'auth0', '--file', link, ...AUTH0])).status).toBe(1);
    expect(existsSync(target)).toBe(false);
  });

  it('says which values are needed where there is no terminal to ask, and writes nothing', async () => {
    const file = await newPath('auth.yaml');
    const { status, stderr } = await runCli([
      'init',
      'auth0',
      '--file',
      file,
      ...AUTH0.slice(0, 2),
    ]);
    expect(status).toBe(2);
    expect(stderr).toContain('auth0 needs --set AUTH0_AUDIENCE=…, or --from-env');
    expect(existsSync(file)).toBe(false);
  });

  it('leaves values to the environment with --from-env, and lists the variables', async () => {
    const file = await newPath('auth.yaml');
    const args = ['init', 'auth0', '--file', file, '--from-env', ...AUTH0.slice(0, 2)];
    expect(await runJson(args)).toMatchObject({ status: 0, variables: ['AUTH0_AUDIENCE'] });
    expect(readFileSync(file, 'utf8')).toContain('audience: ${AUTH0_AUDIENCE}');
  });

  it.each([
    ['no provider', ['init'], /the providers are .*keycloak/],
    ['an unknown provider', ['init', 'nobody-5up3r'], /unknown provider; the providers are/],
    [
      'an unknown name',
      ['init', 'auth0', '--set', 'NOBODY=canary-5up3r'],
      /AUTH0_DOMAIN, AUTH0_AUDIENCE/,
    ],
    [
      'a value of two lines',
      ['init', 'auth0', '--set', 'AUTH0_DOMAIN=canary-5up3r\nb'],
      /one line/,
    ],
    ['a name twice', ['init', 'auth0', ...AUTH0, ...AUTH0], /expected once/],
    ['no name', ['init', 'auth0', '--set', 'canary-5up3r'], /expected NAME=value/],
  ])('refuses wrong usage with status 2, and repeats no value: %s', async (_, args, message) => {
    const { status, output } = await runCli(args);
    expect(status).toBe(2);
    expect(output).toMatch(message);
    expect(output).not.toContain('5up3r');
  });

  it('says why a file cannot be written', async () => {
    const file = join(await newPath('no-folder'), 'auth.yaml');
    const { status, stderr } = await runCli(['init', 'auth0', '--file', file, ...AUTH0]);
    expect(status).toBe(1);
    expect(stderr).toContain('cannot be written (ENOENT)');
  });
});

describe('init at a terminal', () => {
  /** Types each answer when its question is there. */
  async function answer(args: readonly string[], answers: Readonly<Record<string, string>>) {
    const stdin = createTerminal();
    const [stdout, stderr] = [createSink(), createSink()];
    const ended = run(args, { stdin, stdout, stderr, variables: {} });
    for (const [question, keys] of Object.entries(answers)) {
      await expect.poll(() => stderr.text()).toContain(question);
      stdin.write(keys);
    }
    return { status: await ended, questions: stderr.text() };
  }

  it('asks for the provider and for what its recipe needs, with the comment of the recipe', async () => {
    const file = await newPath('auth.yaml');
    const { status, questions } = await answer(['init', '--file', file], {
      'Which provider': 'auth0\r',
      AUTH0_DOMAIN: 'acme.eu.auth0.com\r',
      AUTH0_AUDIENCE: 'orders\r',
    });
    expect(status).toBe(0);
    expect(questions).toContain('The trailing slash is part of the issuer.');
    expect(parse(readFileSync(file, 'utf8'))).toMatchObject({
      authenticator: { issuer: 'https://acme.eu.auth0.com/', audience: 'orders' },
    });
  });

  it('writes nothing where the person cancels', async () => {
    const file = await newPath('auth.yaml');
    const { status } = await answer(['init', 'auth0', '--file', file], {
      AUTH0_DOMAIN: '\u0003',
    });
    expect(status).toBe(2);
    expect(existsSync(file)).toBe(false);
  });
});
