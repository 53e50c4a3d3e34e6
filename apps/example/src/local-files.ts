import { generateKeyPair, type JsonWebKey, randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Where `pnpm provider` and `pnpm get-token` store them; the configs use these names. */
export const LOCAL_FOLDER: string = fileURLToPath(new URL('../.local/', import.meta.url));

const SECRETS = {
  /** Shared by the login service and the server, base64. */
  login: 'login-secret',
  /** The server's secret as a client of the provider. */
  orders: 'orders-secret',
  /** The secret of the shop, which calls the server. */
  shop: 'shop-secret',
} as const;
const KEYS = 'provider-keys.json';
const OWNER_ONLY = 0o600;

/** Secrets and keys, created where they are missing. They never leave the machine. */
export class LocalFiles {
  readonly #folder: string;

  constructor(folder: string = LOCAL_FOLDER) {
    this.#folder = folder;
  }

  async prepare(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    for (const name of Object.values(SECRETS)) {
      if (!existsSync(this.#path(name)))
        await this.#write(name, randomBytes(32).toString('base64'));
    }
    if (!existsSync(this.#path(KEYS))) await this.#write(KEYS, JSON.stringify([await createKey()]));
  }

  async secret(of: keyof typeof SECRETS): Promise<string> {
    return readFile(this.#path(SECRETS[of]), 'utf8');
  }

  /** The provider's private keys: it signs with the first and publishes all. */
  async keys(): Promise<readonly JsonWebKey[]> {
    return JSON.parse(await readFile(this.#path(KEYS), 'utf8')) as JsonWebKey[];
  }

  async publicKeys(): Promise<readonly JsonWebKey[]> {
    const keys = await this.keys();
    return keys.map(({ kty, n, e, kid, alg }) => ({ kty, n, e, kid, alg }) as JsonWebKey);
  }

  async addKey(): Promise<void> {
    await this.#write(KEYS, JSON.stringify([await createKey(), ...(await this.keys())]));
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  async #write(name: string, text: string): Promise<void> {
    await writeFile(this.#path(name), text, { mode: OWNER_ONLY });
  }
}

async function createKey(): Promise<JsonWebKey> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'RS256' };
}
