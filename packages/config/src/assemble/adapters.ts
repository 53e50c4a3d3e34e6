import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type AuthenticatorAdapter, defineAdapter } from '../adapter/define-adapter.ts';
import { ANY_OF } from './any-of-adapter.ts';
import { hintFor } from './check-schema.ts';

/** Our own short names and their packages. Nothing else is ever imported by a name in a file. */
const PACKAGES: ReadonlyMap<string, string> = new Map([
  ['hs256', '@grpc-authn/hs256'],
  ['jwks', '@grpc-authn/jwks'],
  ['oidc', '@grpc-authn/oidc'],
  ['introspection', '@grpc-authn/introspection'],
  ['spiffe', '@grpc-authn/spiffe'],
  ['byIssuer', '@grpc-authn/jwt'],
  ['byTrustedIssuer', '@grpc-authn/jwt'],
]);

/** Of a package with two: the name of the export, where it is not `adapter`. */
const EXPORTS: ReadonlyMap<string, string> = new Map([
  ['byTrustedIssuer', 'byTrustedIssuerAdapter'],
]);

/** Why an adapter was not found. The hint says what to do; it is only made where it is shown. */
export class AdapterProblem extends Error {
  readonly #hint: () => string;

  constructor(message: string, hint: () => string = () => '') {
    super(message);
    this.#hint = hint;
  }

  describe(): string {
    return this.message + this.#hint();
  }
}

/** Finds adapters: first those that were handed in, then our own, which are imported when first named. */
export class Adapters {
  readonly #handedIn: ReadonlyMap<string, AuthenticatorAdapter>;
  readonly #roots: readonly string[];

  /**
   * `roots` are the folders from which packages are looked up, in this order.
   *
   * @throws ConfigError for a handed-in adapter that is none
   */
  constructor(handedIn: readonly AuthenticatorAdapter[], roots: readonly string[]) {
    this.#roots = roots;
    this.#handedIn = new Map(
      [ANY_OF, ...handedIn].map((adapter) => [defineAdapter(adapter).name, adapter]),
    );
  }

  /** @throws AdapterProblem */
  async find(use: string): Promise<AuthenticatorAdapter> {
    const handedIn = this.#handedIn.get(use);
    if (handedIn !== undefined) return handedIn;
    const name = PACKAGES.get(use);
    if (name === undefined) {
      throw new AdapterProblem('unknown adapter', () => this.#formatHint(use));
    }
    const exported = await importOurs(name, this.#roots);
    try {
      return defineAdapter(exported[EXPORTS.get(use) ?? 'adapter'] as AuthenticatorAdapter);
    } catch {
      throw new AdapterProblem(
        `${name}/adapter exports no adapter that this version supports; run: npm install ${name}@latest`,
      );
    }
  }

  #formatHint(use: string): string {
    const names = [...new Set([...PACKAGES.keys(), ...this.#handedIn.keys()])];
    return `${hintFor(use, names, 'the adapters are')} (pass others to loadAuth({ adapters }))`;
  }
}

/**
 * Where our adapters are looked up: from the config file's real folder, then from the application's main
 * file, then beside this package. Never from the working directory: anyone who can write there could run code.
 */
export function adapterRoots(configFolder: string | undefined): readonly string[] {
  return [configFolder, mainFolder(), import.meta.dirname].filter((root) => root !== undefined);
}

/** Undefined for `node -e` and the like: there, the first argument is no file of the application. */
function mainFolder(): string | undefined {
  const [, main] = process.argv;
  if (main === undefined || !isAbsolute(main)) return undefined;
  try {
    return dirname(realpathSync(main));
  } catch {
    return undefined;
  }
}

/** @throws AdapterProblem where it is not installed or cannot be loaded */
async function importOurs(
  name: string,
  roots: readonly string[],
): Promise<Readonly<Record<string, unknown>>> {
  const entryPoint = `${name}/adapter`;
  const found = roots.map((root) => locate(entryPoint, root)).find((path) => path !== undefined);
  if (found === undefined) {
    throw new AdapterProblem(`${name} is not installed; run: npm install ${name}`);
  }
  try {
    return (await import(pathToFileURL(found).href)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    const { code = 'it throws an error' } = error as { readonly code?: string };
    throw new AdapterProblem(`${name} cannot be loaded (${code}); run: npm install ${name}@latest`);
  }
}

function locate(entryPoint: string, root: string): string | undefined {
  try {
    return createRequire(`${root}/`).resolve(entryPoint);
  } catch {
    return undefined;
  }
}
