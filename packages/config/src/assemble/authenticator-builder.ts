import { isDeepStrictEqual } from 'node:util';
import {
  type Authenticator,
  type AuthEvent,
  cached,
  type CacheOptions,
  type Clock,
} from '@grpc-authn/core/authenticator';
import { isCaching, leavesOf, nearestName } from '@grpc-authn/core/internal';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { AuthenticatorAdapter } from '../adapter/define-adapter.ts';
import { CACHE_SCHEMA, SPEC_DESCRIPTION, TOKEN_USE } from '../schema/config-schema.ts';
import type { Path } from '../source/path.ts';
import { AdapterProblem, type Adapters } from './adapters.ts';
import { checkSchema, type Frame } from './check-schema.ts';
import { hasMember } from './known-names.ts';
import type { Problems } from './problems.ts';

export interface BuilderOptions {
  readonly adapters: Adapters;
  readonly claims: StandardSchemaV1 | undefined;
  readonly clock: Clock | undefined;
  readonly report: (event: AuthEvent) => void;
  readonly problems: Problems;
}

/** Whether verdicts are kept: in what the interceptor asks they are, in a second opinion they are not. */
type Keeping = 'cached' | 'uncached';

/** What every authenticator of a file may have beside its adapter's options. */
const FRAME: Frame = {
  members: ['use', 'name', 'cache'],
  nameInFile: (part) => (part === 'use' ? TOKEN_USE : part),
};

/** Something is wrong, and stands among the problems. */
class NotBuilt extends Error {}

/** Builds authenticators as the config names and nests them; each leaf once, whoever refers to it. */
export class AuthenticatorBuilder {
  readonly #options: BuilderOptions;
  readonly #named: ReadonlyMap<string, unknown>;
  readonly #built = new Map<string, Promise<Authenticator<object>>>();
  /** By name: a second opinion shares the keys of what it names, not its cache. */
  readonly #leaves = new Map<string, Authenticator<object>>();
  /** Everything that was made, to be closed. */
  readonly #made = new Set<Authenticator<object>>();

  constructor(named: Readonly<Record<string, unknown>>, options: BuilderOptions) {
    this.#named = new Map(Object.entries(named));
    this.#options = options;
  }

  get made(): readonly Authenticator<object>[] {
    return [...this.#made];
  }

  /** Those that nobody refers to are checked too. */
  async buildNamed(): Promise<void> {
    for (const name of this.#named.keys()) await this.build(name, ['authenticators', name]);
  }

  /** Undefined where it does not check; then the problems say why. */
  async build(
    spec: unknown,
    path: Path,
    keeping: Keeping = 'cached',
  ): Promise<Authenticator<object> | undefined> {
    try {
      return await this.#build(spec, path, { keeping, within: [] });
    } catch (error) {
      if (error instanceof NotBuilt) return undefined;
      throw error;
    }
  }

  async #build(spec: unknown, path: Path, how: How): Promise<Authenticator<object>> {
    if (typeof spec !== 'string') return this.#make(spec, path, undefined, how);
    const key = `${how.keeping} ${spec}`;
    if (!this.#named.has(spec)) {
      const near = nearestName(spec, this.#named.keys());
      const hint = near === undefined ? `wanted ${SPEC_DESCRIPTION}` : `did you mean "${near}"?`;
      return this.#fail(path, `there is no authenticator of this name; ${hint}`);
    }
    if (how.within.includes(spec)) {
      return this.#fail(path, `"${spec}" is made of itself: ${[...how.within, spec].join(' -> ')}`);
    }
    const made =
      this.#built.get(key) ??
      this.#make(this.#named.get(spec), ['authenticators', spec], spec, {
        ...how,
        within: [...how.within, spec],
      });
    this.#built.set(key, made);
    return made;
  }

  async #make(
    spec: unknown,
    path: Path,
    given: string | undefined,
    how: How,
  ): Promise<Authenticator<object>> {
    const { use, name: ownName, cache, ...rest } = this.#readSpec(spec, path, given);
    const adapter = await this.#find(use, [...path, 'use']);
    renameTokenUse(rest, adapter);
    const name = given ?? ownName ?? adapter.name;
    const ownsCache = hasMember(adapter.schema, 'cache');
    const keeping = ownsCache ? undefined : await this.#readCache(cache, [...path, 'cache']);
    const options = ownsCache ? { ...rest, cache } : rest;
    const bare =
      this.#leaves.get(given ?? '') ?? (await this.#bare(adapter, options, path, name, how));
    const isLeaf = leavesOf([bare]).has(bare);
    if (isLeaf && given !== undefined) this.#leaves.set(given, bare);
    if (!isLeaf && cache !== undefined && !ownsCache) {
      return this.#fail([...path, 'cache'], 'a composition keeps nothing; give it to those inside');
    }
    if (!isLeaf || ownsCache || keeping === false || how.keeping === 'uncached') return bare;
    if (isCaching(bare)) return bare;
    return this.#note(cached(bare, { ...this.#clock(), ...keeping }));
  }

  async #bare(
    adapter: AuthenticatorAdapter,
    options: object,
    path: Path,
    name: string,
    how: How,
  ): Promise<Authenticator<object>> {
    const { claims, report, problems } = this.#options;
    const defined = Object.fromEntries(
      Object.entries(options).filter(([, value]) => value !== undefined),
    );
    const checked = await checkSchema(adapter.schema, defined, path, problems, FRAME);
    if (checked === undefined) throw new NotBuilt();
    try {
      const made = await adapter.create(checked, {
        name,
        ...(claims === undefined ? undefined : { claims }),
        build: (child) => this.#build(child, pathOfChild(defined, child, path), how),
        report,
      });
      return this.#note(made);
    } catch (error) {
      if (!(error instanceof NotBuilt)) problems.addError(path, error);
      throw new NotBuilt();
    }
  }

  #readSpec(spec: unknown, path: Path, given: string | undefined): Spec {
    if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) {
      return this.#fail(
        path,
        `came ${spec === undefined ? 'nothing' : 'none'}; wanted ${SPEC_DESCRIPTION}`,
      );
    }
    const { use, name } = spec as Spec;
    if (typeof use !== 'string') {
      return this.#fail(
        [...path, 'use'],
        'came nothing; wanted the name of an adapter, such as oidc',
      );
    }
    if (name !== undefined && given !== undefined) {
      return this.#fail([...path, 'name'], `it has its name from its key, "${given}"`);
    }
    if (name !== undefined && (typeof name !== 'string' || name === '')) {
      return this.#fail([...path, 'name'], 'wanted a non-empty string');
    }
    return spec as Spec;
  }

  async #find(use: string, path: Path): Promise<AuthenticatorAdapter> {
    try {
      return await this.#options.adapters.find(use);
    } catch (error) {
      if (!(error instanceof AdapterProblem)) throw error;
      return this.#fail(path, error.message);
    }
  }

  async #readCache(cache: unknown, path: Path): Promise<CacheOptions | false | undefined> {
    if (cache === undefined || cache === false) return cache;
    const checked = await checkSchema(CACHE_SCHEMA, cache, path, this.#options.problems);
    if (checked === undefined) throw new NotBuilt();
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

  #fail(path: Path, text: string): never {
    this.#options.problems.add(path, text);
    throw new NotBuilt();
  }
}

/** In a file `use` names the adapter, so what the adapters call so has another name there. */
function renameTokenUse(options: Record<string, unknown>, { schema }: AuthenticatorAdapter): void {
  if (!Object.hasOwn(options, TOKEN_USE) || !hasMember(schema, 'use')) return;
  options['use'] = options[TOKEN_USE];
  delete options[TOKEN_USE];
}

interface How {
  readonly keeping: Keeping;
  /** The names around it, outermost first. */
  readonly within: readonly string[];
}

interface Spec {
  readonly use: string;
  readonly name?: string;
  readonly cache?: unknown;
}

/** A child stands somewhere among its parent's options, as it was written there. */
function pathOfChild(options: unknown, child: unknown, path: Path): Path {
  if (options === child) return path;
  if (typeof options !== 'object' || options === null) return path;
  const members: readonly [string | number, unknown][] = Array.isArray(options)
    ? [...options.entries()]
    : Object.entries(options);
  for (const [key, member] of members) {
    const inner = [...path, key];
    // A schema may have handed on a copy.
    if (isDeepStrictEqual(member, child)) return inner;
    const found = pathOfChild(member, child, inner);
    if (found !== inner) return found;
  }
  return path;
}
