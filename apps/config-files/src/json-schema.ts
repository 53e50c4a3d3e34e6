import type { AuthenticatorAdapter } from '@grpc-authn/config/adapter';
import { adapter as hs256 } from '@grpc-authn/hs256/adapter';
import { adapter as introspection } from '@grpc-authn/introspection/adapter';
import { adapter as jwks } from '@grpc-authn/jwks/adapter';
import { adapter as byIssuer, byTrustedIssuerAdapter } from '@grpc-authn/jwt/adapter';
import { adapter as oidc } from '@grpc-authn/oidc/adapter';
import { adapter as spiffe } from '@grpc-authn/spiffe/adapter';
import { ANY_OF } from '../../../packages/config/src/assemble/any-of-adapter.ts';
import {
  CACHE_SCHEMA,
  CONFIG_SCHEMA,
  RULE_SCHEMA,
  RULE_WORD_SCHEMA,
  type Schema,
  SPEC_DESCRIPTION,
} from '../../../packages/config/src/schema/config-schema.ts';

type JsonSchema = Record<string, unknown>;

const SPEC = { $ref: '#/$defs/spec' };
const COMPOSITIONS: readonly AuthenticatorAdapter[] = [ANY_OF, byIssuer] as never;
const LEAVES: readonly AuthenticatorAdapter[] = [
  hs256,
  jwks,
  oidc,
  introspection,
  spiffe,
  byTrustedIssuerAdapter,
] as never;
/** Those that byTrustedIssuer creates, one for each issuer. */
const PER_ISSUER: readonly AuthenticatorAdapter[] = [oidc, introspection] as never;

/**
 * The JSON Schema of a whole config, composed of the schemas that check it when it is loaded: the file's
 * own, and each adapter's.
 */
export function configJsonSchema(): JsonSchema {
  const frame = inputOf(CONFIG_SCHEMA);
  const properties = frame['properties'] as Record<string, JsonSchema>;
  const policy = properties['policy'] as { properties: Record<string, JsonSchema> };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'https://unpkg.com/@grpc-authn/config/schema.json',
    title: 'grpc-authn',
    description: 'Who verifies the callers of a gRPC server, and who may call what.',
    ...frame,
    required: ['authenticator'],
    properties: {
      ...properties,
      authenticators: { ...properties['authenticators'], additionalProperties: SPEC },
      authenticator: { ...SPEC, description: properties['authenticator']?.['description'] },
      policy: {
        ...policy,
        properties: {
          ...policy.properties,
          rules: {
            ...policy.properties['rules'],
            propertyNames: { pattern: '^/?[A-Za-z_][\\w.]*/(\\*|[A-Za-z_]\\w*)$' },
            additionalProperties: { anyOf: [inputOf(RULE_WORD_SCHEMA), { $ref: '#/$defs/rule' }] },
          },
        },
      },
    },
    $defs: {
      spec: {
        description: SPEC_DESCRIPTION,
        anyOf: [
          { type: 'string', minLength: 1 },
          ...[...LEAVES, ...COMPOSITIONS].map(({ name }) => ({ $ref: `#/$defs/${name}` })),
        ],
      },
      rule: inputOf(RULE_SCHEMA),
      cache: inputOf(CACHE_SCHEMA),
      ...Object.fromEntries(LEAVES.map((adapter) => [adapter.name, specOf(adapter, true)])),
      ...Object.fromEntries(COMPOSITIONS.map((adapter) => [adapter.name, specOf(adapter, false)])),
    },
  };
}

/** An adapter's own options, and those of every authenticator in a file. */
function specOf(adapter: AuthenticatorAdapter, isLeaf: boolean): JsonSchema {
  const own = inputOf(adapter.schema);
  const properties = { ...(own['properties'] as Record<string, JsonSchema>) };
  const required = (own['required'] as readonly string[] | undefined) ?? [];
  if (isLeaf) {
    properties['cache'] ??= {
      anyOf: [{ const: false }, { $ref: '#/$defs/cache' }],
      description: 'The cache of verdicts; false disables it.',
    };
  }
  if (adapter === (byTrustedIssuerAdapter as unknown)) {
    const { description } = properties['each'] ?? {};
    properties['each'] = { description, anyOf: PER_ISSUER.map(withoutIssuer) };
  }
  for (const [name, schema] of Object.entries(properties)) {
    if (!isLeaf) properties[name] = withSpecs(name, schema);
  }
  return {
    ...own,
    required: ['use', ...required],
    properties: {
      use: { const: adapter.name },
      name: {
        type: 'string',
        minLength: 1,
        description: 'The name of an authenticator that is defined inline.',
      },
      ...properties,
    },
  };
}

/** The definition of children that are made later, one for each issuer. */
function withoutIssuer(adapter: AuthenticatorAdapter): JsonSchema {
  // Introspection requires an issuer or an endpoint.
  const { anyOf: __, ...own } = inputOf(adapter.schema);
  const { issuer: _, ...properties } = own['properties'] as Record<string, JsonSchema>;
  const required = ((own['required'] as readonly string[] | undefined) ?? []).filter(
    (name) => name !== 'issuer',
  );
  return {
    ...own,
    required: ['use', ...required],
    properties: { use: { const: adapter.name }, ...properties },
  };
}

/** The children of a composition: each is an authenticator, which its own schema does not describe. */
function withSpecs(name: string, schema: JsonSchema): JsonSchema {
  if (name === 'of') return { ...schema, items: SPEC };
  if (name === 'issuers') return { ...schema, additionalProperties: SPEC };
  return { ...SPEC, description: schema['description'] };
}

function inputOf(schema: Schema<unknown>): JsonSchema {
  const { $schema: _, ...rest } = schema['~standard'].jsonSchema.input({ target: 'draft-2020-12' });
  return rest;
}
