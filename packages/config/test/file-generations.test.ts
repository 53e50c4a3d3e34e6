import { mkdirSync, readlinkSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfigFile } from '../src/source/read-config.ts';
import { createFolder } from './support/config-folder.ts';
import { load } from './support/loaded.ts';

/** As Kubernetes mounts a ConfigMap and a Secret: names that point through `..data` to one generation. */
async function createMount() {
  const { path } = await createFolder();
  const swap = (generation: string, subject: string, secret: string): void => {
    mkdirSync(join(path, generation));
    const text = `authenticator: { use: table, tokens: { t: ${subject} }, secret: '\${file:secret}' }\n`;
    writeFileSync(join(path, generation, 'grpc-authn.yaml'), text);
    writeFileSync(join(path, generation, 'secret'), secret);
    symlinkSync(generation, join(path, '..data_tmp'));
    renameSync(join(path, '..data_tmp'), join(path, '..data'));
  };
  swap('..1', 'alice', 'first-secret');
  for (const name of ['grpc-authn.yaml', 'secret']) {
    symlinkSync(join('..data', name), join(path, name));
  }
  return { path, file: join(path, 'grpc-authn.yaml'), swap };
}

// Such a mount has symbolic links.
describe.skipIf(process.platform === 'win32')('a mount of Kubernetes', () => {
  it('is read through its links', async () => {
    const mount = await createMount();
    const { ask, table } = await load({ file: mount.file });
    expect(await ask('t')).toBe('alice');
    expect(table.made[0]?.secret).toBe('first-secret');
  });

  it('that is swapped is noticed, the secret with it', async () => {
    const mount = await createMount();
    const { auth, ask, clock, table } = await load({ file: mount.file });
    const reloads: unknown[] = [];
    auth.watch({ onReload: (error) => reloads.push(error) });
    mount.swap('..2', 'bob', 'second-secret');
    expect(readlinkSync(join(mount.path, '..data'))).toBe('..2');
    await expect.poll(async () => (await clock.advance(500), reloads)).toEqual([undefined]);
    expect(await ask('t')).toBe('bob');
    expect(table.made.at(-1)?.secret).toBe('second-secret');
  });

  it('that is swapped while it is read gives no mixture of the two', async () => {
    const mount = await createMount();
    let swapped = false;
    const env = {
      // Read after the config, and before the secret.
      get SWAP(): string {
        if (!swapped) mount.swap('..2', 'bob', 'second-secret');
        swapped = true;
        return 'x';
      },
    };
    const text = "authenticator: { use: '${SWAP}', secret: '${file:secret}' }\n";
    writeFileSync(join(mount.path, '..1', 'grpc-authn.yaml'), text);
    const { value } = await readConfigFile(mount.file, env);
    const { secret, use } = (value as { authenticator: { secret: string; use: string } })
      .authenticator;
    expect([secret, use]).toEqual(['second-secret', 'table']);
    expect(swapped).toBe(true);
  });
});
