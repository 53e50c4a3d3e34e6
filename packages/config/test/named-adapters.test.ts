import { mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { adapterRoots, Adapters } from '../src/assemble/adapters.ts';
import { readConfigFile } from '../src/source/read-config.ts';
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
      'exports no adapter that this version supports',
    ],
    [
      'exports something else under this name',
      'export const adapter = () => 1;',
      'exports no adapter that this version supports',
    ],
    [
      'fails as it is loaded',
      "throw new Error('canary-detail');",
      'cannot be loaded (it throws an error)',
    ],
  ])('whose package %s is reported', async (_, source, expected) => {
    const found = new Adapters([], [await rootWith('@grpc-authn/oidc', source)]).find('oidc');
    await expect(found).rejects.toThrow(expected);
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
  ])('is never imported: %s', async (use) => {
    const root = await rootWith('grpc-authn-planted', planted);
    await expect(new Adapters([], [root]).find(use)).rejects.toThrow('unknown adapter');
    expect(await messageOf(load({ config: { authenticator: { use } } }))).toContain(
      'authenticator.use: unknown adapter',
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

describe('the folders from which our adapters are looked up', () => {
  it('are those of the config, of the main file and of this package, in this order', async () => {
    const { path } = await createFolder();
    const main = join(path, 'main.js');
    await writeFile(main, '');
    vi.stubGlobal('process', { ...process, argv: [process.execPath, main] });
    onTestFinished(() => void vi.unstubAllGlobals());
    const [config, application, ownFolder, ...others] = adapterRoots('/etc/orders');
    expect([config, application]).toEqual(['/etc/orders', await realpath(path)]);
    expect(ownFolder).toBe(join(import.meta.dirname, '../src/assemble'));
    expect(others).toEqual([]);
  });

  it.each([
    ['the first argument of node -e', 'main.js'],
    ['a file that the working directory has', 'package.json'],
    ['standard input', '-'],
    ['no file', undefined],
    ['a file that is gone', '/nowhere/main.js'],
  ])('are never the working directory, whatever the main file is: %s', (_, main) => {
    vi.stubGlobal('process', { ...process, argv: [process.execPath, main] });
    onTestFinished(() => void vi.unstubAllGlobals());
    expect(adapterRoots(undefined)).toHaveLength(1);
    expect(adapterRoots(undefined)).not.toContain(process.cwd());
  });

  it.skipIf(process.platform === 'win32')(
    'begin with the real folder of a config that is a link',
    async () => {
      const root = await rootWith(
        '@grpc-authn/oidc',
        ADAPTER.replace("name: 'oidc'", "name: 'far'"),
      );
      await writeFile(join(root, 'real.yaml'), 'authenticator: { use: oidc }\n');
      const { file } = await createFolder();
      await symlink(join(root, 'real.yaml'), file);
      expect((await readConfigFile(file, {})).folder).toBe(await realpath(root));
    },
  );
});
