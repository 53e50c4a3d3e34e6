import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';
import { checkText, describeValue, wrongOption } from '../errors/option-checks.ts';
import type { AuthEvent } from './auth-event.ts';
import type { Authenticator } from './authenticator.ts';

/**
 * How a config file makes authenticators of one kind: `use: <name>`, with options that the schema
 * checks. A package takes part by exporting one as `adapter`. It knows nothing of config files.
 */
export interface AuthenticatorAdapter<O = unknown> {
  /** What stands behind `use:`. */
  readonly name: string;
  /**
   * Checks the options, unknown members included, and describes them as JSON Schema for editors. The
   * members `use`, `name` and (where the adapter keeps no verdicts itself) `cache` never reach it.
   */
  readonly schema: StandardSchemaV1<unknown, O> & StandardJSONSchemaV1<unknown, O>;
  /**
   * Makes one authenticator of checked options. `build` makes a child of a composition, of its name
   * or of its own options in place.
   *
   * @throws ConfigError, or rejects with one, where the options cannot be used.
   */
  create(
    options: O,
    context: {
      readonly name: string;
      readonly claims?: StandardSchemaV1;
      build(spec: unknown): Promise<Authenticator<object>>;
      report(event: AuthEvent): void;
    },
  ): Authenticator<object> | Promise<Authenticator<object>>;
}

/**
 * The adapter itself, its shape checked.
 *
 * @throws ConfigError for a wrong member.
 * @example
 * export const adapter = defineAdapter({
 *   name: 'api-key',
 *   schema: z.strictObject({ keys: z.array(z.string()) }),
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
      'one that gives its JSON Schema too (zod 4.2 or later, arktype, …)',
    );
  }
  if (!hasMethod(adapter, 'create')) {
    throw wrongOption('adapter', 'an object without create()', 'an AuthenticatorAdapter');
  }
  return adapter;
}

function hasMethod(value: unknown, name: string): value is Readonly<Record<string, unknown>> {
  return typeof (value as Readonly<Record<string, unknown>> | undefined)?.[name] === 'function';
}
