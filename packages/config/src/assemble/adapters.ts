import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { nearestName } from '@grpc-authn/core/internal';
import { type AuthenticatorAdapter, defineAdapter } from '../adapter/define-adapter.ts';
import { ANY_OF } from './any-of-adapter.ts';

/** Our own short names, and the packages that have their adapters. Nothing else is ever imported by name. */
const PACKAGES: ReadonlyMap<string, string> = new Map([
  ['hs256', '@grpc-authn/hs256'],
  ['jwks', '@grpc-authn/jwks'],
  ['oidc', '@grpc-authn/oidc'],
  ['introspection', '@grpc-authn/introspection'],
  ['byIssuer', '@grpc-authn/jwt'],
]);

/** Why there is no adapter; the message says what to do. */
export class AdapterProblem extends Error {}

/** Finds adapters: those that were handed in first, then our own, imported when first named. */
export class Adapters {
  readonly #handedIn: ReadonlyMap<string, AuthenticatorAdapter>;
  readonly #roots: readonly string[];

  /**
   * `roots` are the folders whose packages count: the application's first, since a strict installation
   * does not let us see them.
   *
   * @throws ConfigError for what is no adapter
   */
  constructor(
    handedIn: readonly AuthenticatorAdapter[],
    roots: readonly string[] = applicationRoots(),
  ) {
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
    if (name === undefined) throw new AdapterProblem(this.#wordsFor(use));
    const { adapter } = await importOurs(name, this.#roots);
    try {
      return defineAdapter(adapter as AuthenticatorAdapter);
    } catch {
      throw new AdapterProblem(
        `${name} exports no adapter that this version understands; run: npm install ${name}@latest`,
      );
    }
  }

  #wordsFor(use: string): string {
    const names = [...new Set([...PACKAGES.keys(), ...this.#handedIn.keys()])];
    const near = nearestName(use, names);
    const hint = near === undefined ? `there are ${names.join(', ')}` : `did you mean "${near}"?`;
    return `there is no such authenticator; ${hint} (hand in others by loadAuth({ adapters }))`;
  }
}

function applicationRoots(): readonly string[] {
  const [, script] = process.argv;
  const main = script === undefined ? [] : [dirname(resolve(script))];
  return [...main, process.cwd(), import.meta.dirname];
}

/** @throws AdapterProblem where it is not installed, or cannot be loaded */
async function importOurs(
  name: string,
  roots: readonly string[],
): Promise<{ readonly adapter?: unknown }> {
  const entryPoint = `${name}/adapter`;
  const found = roots.map((root) => locate(entryPoint, root)).find((path) => path !== undefined);
  if (found === undefined) {
    throw new AdapterProblem(`${name} is not installed; run: npm install ${name}`);
  }
  try {
    return (await import(pathToFileURL(found).href)) as { readonly adapter?: unknown };
  } catch (error) {
    const { code = 'it throws' } = error as { readonly code?: string };
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
