import { cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import { startTestIssuer, type TestIssuer } from '@grpc-authn/testing';
import { LocalFiles } from '../local-files.ts';
import { Shop } from '../tokens.ts';
import { type RunningProvider, startProvider } from './processes.ts';

const CONFIG = fileURLToPath(new URL('../../config/', import.meta.url));
/** The clock tolerance of the configs, and a little more. */
const TOLERANCE_MS = 5500;

/** What every scene needs: the config files in a temporary folder, and a provider. */
export class Stage {
  readonly provider: RunningProvider;
  readonly shop: Shop;
  /** Gives answers that the real provider never gives. */
  readonly strange: TestIssuer;
  readonly loginSecret: Uint8Array;
  readonly #folder: string;
  readonly #brief: { readonly token: string; readonly endMs: number };

  private constructor(
    folder: string,
    provider: RunningProvider,
    shop: Shop,
    more: Pick<Stage, 'strange' | 'loginSecret'> & { readonly brief: string },
  ) {
    this.#folder = folder;
    this.provider = provider;
    this.shop = shop;
    this.strange = more.strange;
    this.loginSecret = more.loginSecret;
    this.#brief = { token: more.brief, endMs: Date.now() + 2000 };
  }

  static async set(): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), 'grpc-authn-demo-'));
    await cp(CONFIG, join(folder, 'config'), { recursive: true });
    const local = join(folder, '.local');
    const provider = await startProvider(local);
    const files = new LocalFiles(local);
    const shop = await Shop.of(provider.issuer, files);
    return new Stage(folder, provider, shop, {
      strange: await startTestIssuer(),
      loginSecret: Buffer.from(await files.secret('login'), 'base64'),
      brief: await shop.token('brief'),
    });
  }

  /** Where the secrets are. */
  get local(): string {
    return join(this.#folder, '.local');
  }

  /** The path of a config in the folder. */
  config(name: string): string {
    return join(this.#folder, 'config', `${name}.yaml`);
  }

  /** Replaces one config by another atomically, as an operator does. */
  async replace(name: string, by: string): Promise<void> {
    const next = `${this.config(name)}.next`;
    await writeFile(next, await readFile(this.config(by)));
    await rename(next, this.config(name));
  }

  /** A token that was valid, as soon as it has expired. */
  async expired(): Promise<string> {
    const { token, endMs } = this.#brief;
    await wait(Math.max(0, endMs + TOLERANCE_MS - Date.now()));
    return token;
  }

  async clear(): Promise<void> {
    await this.provider.stop();
    await this.strange.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
