import { type Authenticator, ConfigError } from '@grpc-authn/core/authenticator';
import { checkAuthenticator, isCaching, isPromiseLike } from '@grpc-authn/core/internal';
import type {
  AdapterContext,
  AuthenticatorAdapter,
  IssuerSet,
  PerIssuer,
} from '../adapter/define-adapter.ts';
import type { Path } from '../source/path.ts';
import type { AuthenticatorSpec } from './authenticator-spec.ts';
import { SPEC_KEYS } from './authenticator-spec.ts';
import { checkSchema } from './check-schema.ts';
import { hasMember } from './known-names.ts';
import type { Problems } from './problems.ts';

/** The definition, where it is in the file, and what its children are made with. */
export interface PerIssuerSpec {
  readonly spec: AuthenticatorSpec;
  readonly path: Path;
  readonly adapter: AuthenticatorAdapter;
  readonly issuers: IssuerSet;
  readonly context: Pick<AdapterContext, 'name' | 'claims' | 'report'>;
}

/** `options` are those of every child, with the example as issuer. */
export interface CheckedPerIssuer extends PerIssuer {
  readonly options: Readonly<Record<string, unknown>>;
}

/** Undefined where the definition is wrong; then the problems say why. */
export async function checkPerIssuer(
  { spec, path, adapter, issuers, context }: PerIssuerSpec,
  problems: Problems,
): Promise<CheckedPerIssuer | undefined> {
  const { use: _, name, cache, ...rest } = spec as AuthenticatorSpec & Record<string, unknown>;
  const before = problems.count;
  const ownsCache = hasMember(adapter.schema, 'cache');
  if (name !== undefined) {
    problems.add([...path, 'name'], `remove it: "${context.name}" is the name of every child`);
  }
  if (cache !== undefined && !ownsCache) {
    problems.add([...path, 'cache'], 'expected it one level above: all children have one cache');
  }
  if (Object.hasOwn(rest, 'issuer')) {
    problems.add([...path, 'issuer'], 'remove it: each child has the issuer of its tokens');
  }
  if (!hasMember(adapter.schema, 'issuer')) {
    problems.add([...path, 'use'], 'expected an adapter with the option "issuer", such as oidc');
  }
  if (problems.count > before) return undefined;
  const written = { ...rest, ...(ownsCache && cache !== undefined ? { cache } : {}) };
  const given = { ...written, issuer: issuers.example };
  const checked = await checkSchema(adapter.schema, given, path, problems, SPEC_KEYS);
  if (checked === undefined) return undefined;
  const options = checked as Readonly<Record<string, unknown>>;
  const create = (issuer: string): Authenticator<object> =>
    createOne(adapter, { ...options, issuer }, context);
  const example = await checkAll(create, issuers, path, problems);
  if (example === undefined) return undefined;
  const { anyAudience = false } = example.traits ?? {};
  return {
    options,
    traits: { anyAudience, caches: isCaching(example) },
    create: (issuer) => unlessRefused(() => create(issuer)),
  };
}

function createOne(
  adapter: AuthenticatorAdapter,
  options: Readonly<Record<string, unknown>>,
  context: PerIssuerSpec['context'],
): Authenticator<object> {
  const none = (): never => {
    throw new ConfigError('expected an adapter without children, such as oidc');
  };
  const made = adapter.create(options, { ...context, build: none, buildPerIssuer: none });
  if (!isPromiseLike(made)) {
    checkAuthenticator(made, 'create()');
    return made;
  }
  // Nobody waits for it: the call that needs it is being decided.
  Promise.resolve(made).then(
    (late) => late.close?.(),
    () => undefined,
  );
  throw new ConfigError('expected an adapter that creates synchronously, such as oidc');
}

/** Makes the child of every known issuer once, so that a wrong one fails the load and not its first call. */
async function checkAll(
  create: (issuer: string) => Authenticator<object>,
  { known, example }: IssuerSet,
  path: Path,
  problems: Problems,
): Promise<Authenticator<object> | undefined> {
  let first: Authenticator<object> | undefined;
  for (const issuer of known.length > 0 ? known : [example]) {
    try {
      const made = create(issuer);
      await made.close?.();
      first ??= made;
    } catch (error) {
      problems.addError(path, error);
      return undefined;
    }
  }
  return first;
}

function unlessRefused<T>(create: () => T): T | undefined {
  try {
    return create();
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}
