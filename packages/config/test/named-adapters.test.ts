import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Adapters } from '../src/assemble/adapters.ts';
import { createFolder } from './support/config-folder.ts';
import { load, messageOf } from './support/loaded.ts';
import { createTableAdapter } from './support/table-adapter.ts';

/** A folder with one package of ours in it, of this source. */
async function rootWith(name: string, source: string): Promise<string> {
  const { path } = await createFolder();
  const folder = join(path, 'node_modules', ...name.split('/'));
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name, type: 'module', exports: { './adapter': './index.js' } }),
  );
  await writeFile(join(folder, 'index.js'), source);
  return path;
}

const ADAPTER = `export const adapter = { name: 'oidc', create() {}, schema: {
  '~standard': { version: 1, vendor: 'x', validate: (value) => ({ value }), jsonSchema: { input: () => ({}) } } } };`;

describe('a name of ours', () => {
  it('is imported from the first root that has it', async () => {
    const none = (await createFolder()).path;
    const roots = [none, await rootWith('@grpc-authn/oidc', ADAPTER)];
    expect(await new Adapters([], roots).find('oidc')).toMatchObject({ name: 'oidc' });
  });

  it.each([
    [
      'exports no adapter',
      'export const other = 1;',
      'exports no adapter that this version understands',
    ],
    [
      'exports something else under this name',
      'export const adapter = () => 1;',
      'exports no adapter that this version understands',
    ],
    ['fails as it is loaded', "throw new Error('canary-detail');", 'cannot be loaded (it throws)'],
  ])('whose package %s is told so', async (_, source, wanted) => {
    const found = new Adapters([], [await rootWith('@grpc-authn/oidc', source)]).find('oidc');
    await expect(found).rejects.toThrow(`@grpc-authn/oidc ${wanted}`);
    await expect(found).rejects.not.toThrow('canary');
  });

  it('may be handed in, as a bundler needs it', async () => {
    const { ask } = await load(
      { config: { authenticator: { use: 'oidc', tokens: { t: 'alice' } } } },
      { adapters: [createTableAdapter('oidc').adapter] },
    );
    expect(await ask('t')).toBe('alice');
  });
});

describe('any other name', () => {
  const planted = 'globalThis.planted = true; export const adapter = {};';
  it.each([
    ['data:text/javascript,globalThis.planted=true'],
    ['../x'],
    ['./x.js'],
    ['/etc/passwd'],
    ['file:///x.js'],
    ['node:fs'],
    ['fs'],
    ['grpc-authn-planted'],
    ['@grpc-authn/oidc'],
    ['oidc/../../x'],
    ['constructor'],
    ['__proto__'],
    ['toString'],
  ])('is imported from nowhere: %s', async (use) => {
    const root = await rootWith('grpc-authn-planted', planted);
    await expect(new Adapters([], [root]).find(use)).rejects.toThrow(
      'there is no such authenticator',
    );
    expect(await messageOf(load({ config: { authenticator: { use } } }))).toContain(
      'authenticator.use: there is no such authenticator',
    );
    expect(globalThis).not.toHaveProperty('planted');
  });

  it('may be an adapter that was handed in', async () => {
    const { ask } = await load(
      { config: { authenticator: { use: 'mine', tokens: { t: 'alice' } } } },
      { adapters: [createTableAdapter('mine').adapter] },
    );
    expect(await ask('t')).toBe('alice');
  });

  it.each([
    ['no adapter', {}],
    ['nothing', null],
    ['an authenticator', { name: 'x', authenticate: () => undefined }],
  ])('is not that of %s', async (_, adapter) => {
    const config = { authenticator: { use: 'x' } };
    expect(await messageOf(load({ config }, { adapters: [adapter as never] }))).toContain(
      'adapter',
    );
  });
});
