import { mkdirSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** Required, not imported: verdaccio's types name packages that it does not install. */
const { runServer } = createRequire(import.meta.url)('verdaccio') as {
  runServer: (config: object) => Promise<Server>;
};

/** A real registry for our scope alone: what else is asked for comes from where npm always asks. */
export interface LocalRegistry {
  readonly url: string;
  /** Lines of an .npmrc that sends our scope here. */
  readonly npmrc: string;
  close(): Promise<void>;
}

/** On loopback, on a port that is free, with all that it keeps in the given folder. */
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
    // npm publishes nothing without a token, even to those who ask for none.
    npmrc: `@grpc-authn:registry=${url}\n//127.0.0.1:${port}/:_authToken=nobody\n`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
