import {
  type Authenticator,
  type AuthEvent,
  cached,
  type CacheOptions,
  type Clock,
  ConfigError,
} from '@grpc-authn/core/authenticator';
import { checkAuthenticator, isCaching, leavesOf } from '@grpc-authn/core/internal';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { AuthenticatorAdapter, IssuerSet, PerIssuer } from '../adapter/define-adapter.ts';
import { CACHE_SCHEMA, SPEC_DESCRIPTION } from '../schema/config-schema.ts';
import type { Path } from '../source/path.ts';
import { AdapterProblem, type Adapters } from './adapters.ts';
import { type AuthenticatorSpec, readSpec, SPEC_KEYS } from './authenticator-spec.ts';
import { checkSchema, hintFor } from './check-schema.ts';
import { Children } from './children.ts';
import type { DescribedAuthenticator } from './described-authenticator.ts';
import { hasMember } from './known-names.ts';
import { checkPerIssuer } from './per-issuer.ts';
import type { Problems } from './problems.ts';
import { References } from './references.ts';

export interface BuilderOptions {
  readonly adapters: Adapters;
  readonly claims: StandardSchemaV1 | undefined;
  readonly clock: Clock | undefined;
  readonly report: (event: AuthEvent) => void;
  readonly problems: Problems;
}

/** The interceptor's authenticator caches principals; the one of `confirmedBy` does not. */
export type CacheMode = 'cached' | 'uncached';

interface BuildContext {
  readonly cacheMode: CacheMode;
  /** The named authenticator that this one is a part of. */
  readonly parent: string | undefined;
}

/** Where a spec is in the file, and what the loader itself reads of it. */
interface SpecIdentity {
  readonly path: Path;
  readonly name: string;
  readonly isNamed: boolean;
  readonly cache: unknown;
}

/** Thrown after a problem has been recorded. */
class BuildAborted extends Error {}

/** Builds authenticators as the config names and nests them; each named one once. */
export class AuthenticatorBuilder {
  readonly #options: BuilderOptions;
  readonly #named: ReadonlyMap<string, unknown>;
  readonly #built = new Map<string, Promise<Authenticator<object>>>();
  readonly #references = new References();
  /** Those whose problems are recorded: a second attempt would record them again. */
  readonly #failed = new Set<string>();
  /** By name: what `confirmedBy` names shares keys with the authenticator of that name, but not its cache. */
  readonly #leaves = new Map<string, Authenticator<object>>();
  /** Everything that was made, to be closed. */
  readonly #made = new Set<Authenticator<object>>();
  readonly #described = new Map<Authenticator<object>, DescribedAuthenticator>();
  readonly #confirmations = new Set<DescribedAuthenticator>();

  constructor(named: Readonly<Record<string, unknown>>, options: BuilderOptions) {
    this.#named = new Map(Object.entries(named));
    this.#options = options;
  }

  get made(): readonly Authenticator<object>[] {
    return [...this.#made];
  }

  /** Those that were built for `confirmedBy`. */
  get confirmations(): readonly DescribedAuthenticator[] {
    return [...this.#confirmations];
  }

  describe(built: Authenticator<object>): DescribedAuthenticator {
    const described = this.#described.get(built);
    if (described === undefined) throw new TypeError('another builder made it');
    return described;
  }

  /** Where it is in the config; a composition's own children are at the composition. */
  pathOf(made: Authenticator<object>): Path {
    return this.#described.get(made)?.path ?? ['authenticator'];
  }

  /** Also those that nothing refers to, so that their problems are reported. */
  async buildNamed(): Promise<void> {
    for (const name of this.#named.keys()) await this.build(name, ['authenticators', name]);
  }

  /** Undefined where it cannot be built; then the problems say why. */
  async build(
    spec: unknown,
    path: Path,
    cacheMode: CacheMode = 'cached',
  ): Promise<Authenticator<object> | undefined> {
    try {
      const built = await this.#build(spec, path, { cacheMode, parent: undefined });
      if (cacheMode === 'uncached') this.#confirmations.add(this.describe(built));
      return built;
    } catch (error) {
      if (error instanceof BuildAborted) return undefined;
      throw error;
    }
  }

  async #build(spec: unknown, path: Path, context: BuildContext): Promise<Authenticator<object>> {
    if (typeof spec !== 'string') return this.#make(spec, path, undefined, context);
    if (!this.#named.has(spec)) {
      const hint = (): string => hintFor(spec, [...this.#named.keys()], 'the names are');
      return this.#fail(
        path,
        () => `unknown authenticator${hint() || `; expected ${SPEC_DESCRIPTION}`}`,
      );
    }
    const circle =
      context.parent === undefined ? undefined : this.#references.add(context.parent, spec);
    if (circle !== undefined) {
      return this.#fail(path, `"${spec}" is made of itself: ${circle.join(' -> ')}`);
    }
    if (this.#failed.has(spec)) throw new BuildAborted();
    const key = `${context.cacheMode} ${spec}`;
    const made = this.#built.get(key) ?? this.#makeNamed(spec, context);
    this.#built.set(key, made);
    return made;
  }

  async #makeNamed(name: string, context: BuildContext): Promise<Authenticator<object>> {
    try {
      const spec = this.#named.get(name);
      return await this.#make(spec, ['authenticators', name], name, { ...context, parent: name });
    } catch (error) {
      this.#failed.add(name);
      throw error;
    }
  }

  async #make(
    spec: unknown,
    path: Path,
    given: string | undefined,
    context: BuildContext,
  ): Promise<Authenticator<object>> {
    const { use, name: ownName, cache, ...rest } = this.#read(spec, path, given);
    const adapter = await this.#find(use, [...path, 'use']);
    const name = given ?? ownName ?? adapter.name;
    const ownsCache = hasMember(adapter.schema, 'cache');
    const caching = ownsCache ? undefined : await this.#readCache(cache, [...path, 'cache']);
    const options = ownsCache ? { ...rest, cache } : rest;
    const bare =
      this.#leaves.get(given ?? '') ??
      (await this.#bare(adapter, options, context, {
        path,
        name,
        isNamed: (given ?? ownName) !== undefined,
        cache,
      }));
    const isLeaf = leavesOf([bare]).has(bare);
    if (isLeaf && given !== undefined) this.#leaves.set(given, bare);
    if (!isLeaf && cache !== undefined && !ownsCache) {
      const text = 'a composition has no cache; write it at the authenticators inside';
      return this.#fail([...path, 'cache'], text);
    }
    if (!isLeaf || ownsCache || caching === false || context.cacheMode === 'uncached') return bare;
    if (isCaching(bare)) return bare;
    const made = this.#note(cached(bare, { ...this.#clock(), ...caching }));
    this.#described.set(made, this.describe(bare));
    return made;
  }

  async #bare(
    adapter: AuthenticatorAdapter,
    options: object,
    context: BuildContext,
    { path, name, isNamed, cache }: SpecIdentity,
  ): Promise<Authenticator<object>> {
    const { claims, report, problems } = this.#options;
    const defined = Object.fromEntries(
      Object.entries(options).filter(([, value]) => value !== undefined),
    );
    const checked = await checkSchema(adapter.schema, defined, path, problems, SPEC_KEYS);
    if (checked === undefined) throw new BuildAborted();
    const inner: DescribedAuthenticator[] = [];
    const children = new Children(async (spec, at) => {
      const child = await this.#build(spec, [...path, ...at], context);
      inner.push(this.describe(child));
      return child;
    });
    try {
      const made = await adapter.create(checked, {
        name,
        ...(claims === undefined ? undefined : { claims }),
        build: (spec, at) => children.build(spec, at),
        buildPerIssuer: async (spec, at, issuers) => {
          const each = { spec, path: [...path, ...at], name, isNamed, cache, issuers };
          const built = await this.#perIssuer(each);
          inner.push(built.described);
          return built.perIssuer;
        },
        report,
      });
      checkAuthenticator(made, 'create()');
      this.#note(made);
      await children.settled();
      if (children.failed) throw new BuildAborted();
      this.#described.set(made, {
        path,
        name,
        isNamed,
        adapter,
        options: { ...(cache === undefined ? {} : { cache }), ...(checked as object) },
        issuers: made.issuers ?? [],
        children: inner,
      });
      return made;
    } catch (error) {
      await children.settled();
      // What a composition reports where a child is missing may be about the missing child.
      const isKnown =
        error instanceof BuildAborted || (children.failed && error instanceof ConfigError);
      if (!isKnown) problems.addError(path, error);
      throw new BuildAborted();
    }
  }

  async #perIssuer({
    spec: given,
    issuers,
    ...identity
  }: SpecIdentity & { readonly spec: unknown; readonly issuers: IssuerSet }): Promise<{
    readonly perIssuer: PerIssuer;
    readonly described: DescribedAuthenticator;
  }> {
    const { path, name, isNamed, cache } = identity;
    const { claims, report, problems } = this.#options;
    const spec = this.#read(given, path, undefined);
    const adapter = await this.#find(spec.use, [...path, 'use']);
    const context = { name, report, ...(claims === undefined ? undefined : { claims }) };
    const checked = await checkPerIssuer({ spec, path, adapter, issuers, context }, problems);
    if (checked === undefined) throw new BuildAborted();
    const { options, ...perIssuer } = checked;
    return {
      perIssuer,
      described: {
        path,
        name,
        isNamed,
        adapter,
        options: { ...(cache === undefined ? {} : { cache }), ...options },
        issuers: issuers.known,
        perIssuer: issuers,
        children: [],
      },
    };
  }

  #read(spec: unknown, path: Path, given: string | undefined): AuthenticatorSpec {
    const read = readSpec(spec, path, given, this.#options.problems);
    if (read === undefined) throw new BuildAborted();
    return read;
  }

  async #find(use: string, path: Path): Promise<AuthenticatorAdapter> {
    try {
      return await this.#options.adapters.find(use);
    } catch (error) {
      if (!(error instanceof AdapterProblem)) throw error;
      return this.#fail(path, () => error.describe());
    }
  }

  async #readCache(cache: unknown, path: Path): Promise<CacheOptions | false | undefined> {
    if (cache === undefined || cache === false) return cache;
    const checked = await checkSchema(CACHE_SCHEMA, cache, path, this.#options.problems);
    if (checked === undefined) throw new BuildAborted();
    return checked as CacheOptions;
  }

  #clock(): { readonly clock?: Clock } {
    const { clock } = this.#options;
    return clock === undefined ? {} : { clock };
  }

  #note<A extends Authenticator<object>>(authenticator: A): A {
    this.#made.add(authenticator);
    return authenticator;
  }

  #fail(path: Path, text: string | (() => string)): never {
    this.#options.problems.add(path, text);
    throw new BuildAborted();
  }
}
