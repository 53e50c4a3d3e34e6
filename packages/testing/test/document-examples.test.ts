import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Metadata } from '@grpc/grpc-js';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const FOLDER = join(import.meta.dirname, 'written');

/** The code blocks of a document that name a file. */
function blocksOf(document: string): ReadonlyMap<string, string> {
  const text = readFileSync(join(ROOT, document), 'utf8');
  const blocks = text.matchAll(/^```ts (\S+)\n(.*?)^```$/gms);
  return new Map([...blocks].map(([, name = '', code = '']) => [name, code]));
}

const guide = blocksOf('docs/writing-an-authenticator.md');
const readme = blocksOf('packages/testing/README.md');

rmSync(FOLDER, { recursive: true, force: true });
for (const [folder, blocks] of Object.entries({ guide, readme })) {
  mkdirSync(join(FOLDER, folder), { recursive: true });
  for (const [name, code] of blocks) writeFileSync(join(FOLDER, folder, name), code);
}
writeFileSync(join(FOLDER, 'tsconfig.json'), '{ "extends": "../tsconfig.json", "include": ["."] }');
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

async function load(name: string): Promise<Record<string, unknown>> {
  return (await import(/* @vite-ignore */ join(FOLDER, name))) as Record<string, unknown>;
}

// Starts a compiler and a test runner, which take long on a busy machine.
describe('the examples in the documents', { timeout: 60_000 }, () => {
  it('compile', () => {
    const tsc = join(ROOT, 'node_modules/.bin/tsc');
    expect([...guide.keys(), ...readme.keys()]).toHaveLength(10);
    execFileSync(tsc, ['--noEmit', '-p', FOLDER], { stdio: 'pipe' });
  });

  it('pass the contract under node:test', () => {
    const args = ['--conditions=@grpc-authn/source', '--test', 'readme/contract.test.ts'];
    const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...env } = process.env;
    const report = execFileSync('node', args, { cwd: FOLDER, encoding: 'utf8', env });
    expect(report).toMatch(/pass 3\d$/m);
    expect(report).toMatch(/fail 0$/m);
  });
});

await load('guide/api-key-authenticator.test.ts');
await load('guide/session-authenticator.test.ts');
for (const name of readme.keys()) if (name !== 'contract.test.ts') await load(`readme/${name}`);

describe('the extractor of the guide', async () => {
  const { keyOrBearer } = (await load('guide/credentials.ts')) as {
    keyOrBearer: { extract(metadata: Metadata): unknown };
  };

  it.each([
    ['a key', { 'x-api-key': 'key' }, { scheme: 'api-key', token: 'key' }],
    ['a bearer token', { authorization: 'Bearer t' }, { scheme: 'bearer', token: 't' }],
    ['both', { authorization: 'Bearer t', 'x-api-key': 'key' }, { reason: 'multiple' }],
    ['a long key', { 'x-api-key': 'k'.repeat(201) }, { reason: 'too_large' }],
  ])('reads %s', (_, fields, expected) => {
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(fields)) metadata.set(name, value);
    expect(keyOrBearer.extract(metadata)).toMatchObject(expected);
  });

  it('finds no credentials in empty metadata', () => {
    expect(keyOrBearer.extract(new Metadata())).toBeUndefined();
  });
});

describe('the authenticator of the guide', async () => {
  const { createApiKeyAuthenticator } = (await load('guide/api-key-authenticator.ts')) as {
    createApiKeyAuthenticator: (accounts: readonly object[]) => unknown;
  };
  const account = { keyDigest: 'a'.repeat(64), subject: 'billing', scopes: [] };

  it.each([
    ['a key instead of its digest', [{ ...account, keyDigest: 'canary-key' }]],
    ['one key for two accounts', [account, account]],
  ])('refuses %s', (_, accounts) => {
    expect(() => createApiKeyAuthenticator(accounts)).toThrow('expected a unique SHA-256');
    expect(() => createApiKeyAuthenticator(accounts)).not.toThrow('canary');
  });
});

describe('the interceptor of the guide', () => {
  it('is created from a file of accounts', async () => {
    const file = join(FOLDER, 'accounts.json');
    const keyDigest = 'b'.repeat(64);
    writeFileSync(file, JSON.stringify([{ keyDigest, subject: 'billing', scopes: [] }]));
    const { createInterceptor } = (await load('guide/interceptor.ts')) as {
      createInterceptor: (file: string, people: object) => unknown;
    };
    const people = { name: 'people', authenticate: () => undefined };
    expect(createInterceptor(file, people)).toBeTypeOf('function');
  });
});
