import type { AdapterContext, AuthenticatorAdapter } from '@grpc-authn/config/adapter';
import { AuthError, type Authenticator, type Verdict } from '@grpc-authn/core/authenticator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { onTestFinished } from 'vitest';

export function documentOf(adapter: AuthenticatorAdapter): Record<string, unknown> {
  return adapter.schema['~standard'].jsonSchema.input({ target: 'draft-2020-12' });
}

/** 'accepted', or lines of 'path: message'. Throws if the JSON Schema is invalid, or disagrees. */
export function createSpecCheck(adapter: AuthenticatorAdapter): (spec: unknown) => string {
  const matches = new Ajv2020({ strict: true, strictRequired: false }).compile(documentOf(adapter));
  return (spec) => {
    const issues = issuesOf(adapter, spec);
    if (matches(spec) !== (issues.length === 0)) {
      throw new Error(`the JSON Schema disagrees with: ${issues.join('\n') || 'accepted'}`);
    }
    return issues.join('\n') || 'accepted';
  };
}

function issuesOf(adapter: AuthenticatorAdapter, spec: unknown): readonly string[] {
  const result = adapter.schema['~standard'].validate(spec);
  if (result instanceof Promise) throw new Error('asynchronous');
  return (result.issues ?? []).map(
    ({ path = [], message }) => `${path.map(String).join('.')}: ${message}`,
  );
}

/** Checks the spec and makes its authenticator, as the loader does; closed after the test. */
export async function make(
  adapter: AuthenticatorAdapter,
  spec: unknown,
  context: Partial<AdapterContext> = {},
): Promise<Authenticator<object>> {
  const result = await adapter.schema['~standard'].validate(spec);
  if (result.issues !== undefined) throw new Error(issuesOf(adapter, spec).join('\n'));
  const authenticator = await adapter.create(result.value, {
    name: 'main',
    build: () => Promise.reject(new Error('no children')),
    buildPerIssuer: () => Promise.reject(new Error('no children')),
    report: () => undefined,
    ...context,
  });
  onTestFinished(() => authenticator.close?.());
  return authenticator;
}

export async function verdictOf(
  authenticator: Authenticator<object>,
  token: string,
): Promise<Verdict<object>> {
  const { signal } = new AbortController();
  return authenticator.authenticate({ scheme: 'bearer', token }, { method: '/a.B/C', signal });
}

/** The authenticator's name, or code/reason. */
export async function decisionOf(
  authenticator: Authenticator<object>,
  token: string,
): Promise<string> {
  const verdict = await verdictOf(authenticator, token);
  return AuthError.is(verdict) ? `${verdict.code}/${verdict.reason}` : verdict.authenticator;
}

interface SchemaNode {
  readonly description?: string;
  readonly writeOnly?: boolean;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
}

/** Every member of a JSON Schema, by path. */
export function membersOf(node: SchemaNode, path = ''): readonly (readonly [string, SchemaNode])[] {
  const own = Object.entries(node.properties ?? {}).flatMap(([name, member]) => {
    const at = `${path}${path && '.'}${name}`;
    return [[at, member] as const, ...membersOf(member, at)];
  });
  const alternatives = [...(node.anyOf ?? []), ...(node.oneOf ?? [])];
  const items = node.items === undefined ? [] : [[`${path}[]`, node.items] as const];
  return [
    ...own,
    ...items,
    ...items.flatMap(([at, item]) => membersOf(item, at)),
    ...alternatives.flatMap((alternative) => membersOf(alternative, path)),
  ];
}

export function secretMembersOf(adapter: AuthenticatorAdapter): readonly string[] {
  const marked = membersOf(documentOf(adapter)).filter(([, member]) => member.writeOnly === true);
  return [...new Set(marked.map(([path]) => path))].toSorted();
}

export function membersWithoutDescription(adapter: AuthenticatorAdapter): readonly string[] {
  return membersOf(documentOf(adapter))
    .filter(([path, { description }]) => !path.endsWith('[]') && description === undefined)
    .map(([path]) => path);
}

/** Wrong members for every JWT adapter, each with the path of its issue. */
export const WRONG_JWT_MEMBERS: readonly (readonly [object, string])[] = [
  [{ issuer: undefined }, 'issuer'],
  [{ issuer: ' ' }, 'issuer'],
  [{ issuer: 5 }, 'issuer'],
  [{ audience: [] }, 'audience'],
  [{ audience: { claim: 'aud' } }, 'audience'],
  [{ audience: { claim: 'aud', values: ['a'], more: 1 } }, 'audience'],
  [{ tokenUse: 'refresh' }, 'tokenUse'],
  [{ typ: [] }, 'typ'],
  [{ typ: [''] }, 'typ.0'],
  [{ clockToleranceSeconds: -1 }, 'clockToleranceSeconds'],
  [{ clockToleranceSeconds: 301 }, 'clockToleranceSeconds'],
  [{ clockToleranceSeconds: '5' }, 'clockToleranceSeconds'],
  [{ maxTokenAgeSeconds: 0 }, 'maxTokenAgeSeconds'],
  [{ maxTokenAgeSeconds: 31_536_001 }, 'maxTokenAgeSeconds'],
  [{ requiredClaims: 'sub' }, 'requiredClaims'],
  [{ subjectClaim: '' }, 'subjectClaim'],
  [{ subjectClaim: ['sub'] }, 'subjectClaim'],
  [{ scopeClaims: [''] }, 'scopeClaims.0'],
  [{ pin: {} }, 'pin'],
  [{ pin: { azp: [] } }, 'pin.azp'],
  [{ pin: { azp: 5 } }, 'pin.azp'],
];

export const GOOD_JWT_MEMBERS: readonly object[] = [
  { audience: ['orders', 'stock'] },
  { audience: { claim: 'client_id', values: ['orders'] } },
  { tokenUse: 'id' },
  { typ: ['at+jwt', null] },
  { clockToleranceSeconds: 0 },
  { clockToleranceSeconds: 300 },
  { maxTokenAgeSeconds: 1 },
  { maxTokenAgeSeconds: 31_536_000 },
  { requiredClaims: [], scopeClaims: ['scp'] },
  { subjectClaim: 'oid' },
  { pin: { azp: 'web', groups: ['a', 'b'] } },
];

/** Without members that are undefined, as in a file. */
export function written(spec: object): object {
  return Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined));
}
