import type { AuthEvent, Authenticator, AuthenticatorTraits } from '@grpc-authn/core/authenticator';
import { checkText, describeValue, wrongOption } from '@grpc-authn/core/internal';
import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';
import type { Strictness } from './strictness.ts';

/** The issuers of children that are made later. */
export interface IssuerSet {
  /** All of them; empty if they are not known in advance. */
  readonly known: readonly string[];
  /** One of them, with which the definition is checked. */
  readonly example: string;
  readonly includes: (issuer: string) => boolean;
}

/** Makes the children of a composition later, one for each issuer. */
export interface PerIssuer {
  /** Of every child. */
  readonly traits: AuthenticatorTraits;
  /**
   * Makes the authenticator of one issuer; the composition closes it. Undefined for an issuer that the adapter
   * refuses, such as one that many organizations share.
   */
  readonly create: (issuer: string) => Authenticator<object> | undefined;
}

/** What an adapter gets in addition to its options. */
export interface AdapterContext {
  /** The name of the authenticator in the file; the adapter's name by default. */
  readonly name: string;
  /** The schema that the application passed to `loadAuth`. */
  readonly claims?: StandardSchemaV1;
  /**
   * Builds a child of a composition. `spec` is the name of an authenticator, or an inline definition;
   * `path` is where it is in the adapter's own options, such as ['issuers', 'https://id.example.com'].
   */
  build(spec: unknown, path: readonly (string | number)[]): Promise<Authenticator<object>>;
  /**
   * Checks the definition of children that are made later, one for each issuer: an inline definition without
   * `issuer`, `name` and `cache`. Its adapter must have the option `issuer` and create synchronously. A problem
   * with any known issuer fails the load.
   */
  buildPerIssuer(
    spec: unknown,
    path: readonly (string | number)[],
    issuers: IssuerSet,
  ): Promise<PerIssuer>;
  /** Passes an event to the application's `report`. */
  report(event: AuthEvent): void;
}

/**
 * Builds the authenticators of one kind from a config file: `use: <name>`, with the options that the
 * schema checks. A package exports its own as `adapter` from its entry point `./adapter`.
 */
export interface AuthenticatorAdapter<O = unknown> {
  /** The value of `use:`. */
  readonly name: string;
  /**
   * Checks the options, including unknown ones, and describes them as JSON Schema for editors. It never
   * sees the members `use`, `name` and, unless it describes a `cache` of its own, `cache`.
   */
  readonly schema: StandardSchemaV1<unknown, O> & StandardJSONSchemaV1<unknown, O>;
  /**
   * Which options restrict, and how. A reload rejects a file that weakens one, unless `allowWeaker` is
   * true. Of an option that is not listed a text may change, and a member may be added to an object; any
   * other change counts as weaker.
   */
  readonly strictness?: Partial<Strictness<O>>;
  /**
   * Makes one authenticator from checked options.
   *
   * @throws ConfigError, or rejects with one, for options that cannot be used.
   */
  create(
    options: O,
    context: AdapterContext,
  ): Authenticator<object> | Promise<Authenticator<object>>;
}

/**
 * Checks an adapter and returns it.
 *
 * @throws ConfigError for a wrong member.
 * @example
 * export const adapter = defineAdapter({
 *   name: 'api-key',
 *   schema: z.strictObject({ keys: z.array(z.string()) }),
 *   strictness: { keys: anyValue },
 *   create: ({ keys }, { name }) => createApiKeyAuthenticator({ name, keys }),
 * });
 */
export function defineAdapter<O>(adapter: AuthenticatorAdapter<O>): AuthenticatorAdapter<O> {
  if (typeof adapter !== 'object' || adapter === null) {
    throw wrongOption('adapter', describeValue(adapter), 'an AuthenticatorAdapter');
  }
  checkText('adapter.name', adapter.name);
  const standard: unknown = adapter.schema?.['~standard'];
  if (!hasMethod(standard, 'validate')) {
    throw wrongOption('adapter.schema', describeValue(adapter.schema), 'a Standard Schema');
  }
  if (!hasMethod(standard['jsonSchema'], 'input')) {
    throw wrongOption(
      'adapter.schema',
      'a Standard Schema without jsonSchema.input',
      'one that describes itself as JSON Schema (zod 4.2 or later, arktype, …)',
    );
  }
  if (!hasMethod(adapter, 'create')) {
    throw wrongOption('adapter', 'an object without create()', 'an AuthenticatorAdapter');
  }
  for (const [option, comparison] of Object.entries(adapter.strictness ?? {})) {
    if (typeof comparison === 'function') continue;
    throw wrongOption(`adapter.strictness.${option}`, describeValue(comparison), 'a function');
  }
  return adapter;
}

function hasMethod(value: unknown, name: string): value is Readonly<Record<string, unknown>> {
  return typeof (value as Readonly<Record<string, unknown>> | undefined)?.[name] === 'function';
}
