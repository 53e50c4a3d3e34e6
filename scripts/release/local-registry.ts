import { mkdirSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** Required, not imported: verdaccio's types name packages that it does not install. */
const { runServer } = createRequire(import.meta.url)('verdaccio') as {
  runServer: (config: object) => Promise<Server>;
};

/** A real registry for our scope only; other packages come from npm's configured registry. */
export interface LocalRegistry {
  readonly url: string;
  /** Lines of an .npmrc that sends requests for our scope here. */
  readonly npmrc: string;
  close(): Promise<void>;
}

/** Starts it on loopback, on a free port; it stores everything in the given folder. */
export async function openLocalRegistry(folder: string): Promise<LocalRegistry> {
  const home = join(folder, 'registry');
  mkdirSync(home);
  const config = {
    self_path: home,
    storage: join(home, 'storage'),
    auth: { htpasswd: { file: join(home, 'htpasswd') } },
    uplinks: {},
    packages: { '@grpc-authn/*': { access: '$all', publish: '$all' } },
    web: { enable: false },
    log: { type: 'file', path: join(home, 'verdaccio.log'), format: 'json', level: 'http' },
  };
  const configPath = join(home, 'config.json');
  writeFileSync(configPath, JSON.stringify(config));
  const server = await runServer({ ...config, configPath });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/`;
  return {
    url,
    // npm does not publish without a token, even where none is required.
    npmrc: `@grpc-authn:registry=${url}\n//127.0.0.1:${port}/:_authToken=nobody\n`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
