// Compiled, never run: the claims of a principal have the type that the schema gives them.
import type { JsonObject, Principal } from '@grpc-authn/core/authenticator';
import type { ClaimsOf, ManagedAuthenticator } from '@grpc-authn/core/authenticator';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { createJwtAuthenticator, type JwtOptions, type KeySet } from '../src/index.ts';

type Equals<A, B> =
  (<T>(value: T) => T extends A ? 1 : 2) extends <T>(value: T) => T extends B ? 1 : 2
    ? true
    : false;
type True<T extends true> = T;

interface OrderClaims {
  readonly tenant: string;
  readonly limit: number;
}

declare const keys: KeySet;
declare const schema: StandardSchemaV1<unknown, OrderClaims>;
declare const transforming: StandardSchemaV1<{ tenant: string }, { tenant: readonly string[] }>;
declare const text: StandardSchemaV1<unknown, string>;
declare const principalOf: <C extends object>(
  authenticator: ManagedAuthenticator<C>,
) => Principal<C>;

const base = { name: 'test', keys, issuer: 'https://id.example.com', audience: 'orders' } as const;

// Without a schema, claims are JSON.
const plain = createJwtAuthenticator(base);
export type Check1 = True<Equals<typeof plain, ManagedAuthenticator>>;
export type Check2 = True<Equals<ClaimsOf<typeof plain>, JsonObject>>;

// With a schema, claims are its output.
const typed = createJwtAuthenticator({ ...base, claims: schema });
export type Check3 = True<Equals<typeof typed, ManagedAuthenticator<OrderClaims>>>;
export type Check4 = True<Equals<ClaimsOf<typeof typed>, OrderClaims>>;
const { claims, subject } = principalOf(typed);
export type Check5 = True<Equals<typeof claims, Readonly<OrderClaims>>>;
export type Check6 = True<Equals<typeof subject, string | undefined>>;

// Its output, not its input.
const transformed = createJwtAuthenticator({ ...base, claims: transforming });
export type Check7 = True<Equals<ClaimsOf<typeof transformed>, { tenant: readonly string[] }>>;

// @ts-expect-error -- a claim that the schema does not have
void claims.tenants;
// @ts-expect-error -- claims cannot be changed
claims.limit = 5;
// @ts-expect-error -- nor can anything else of a principal
principalOf(typed).subject = 'root';

// A schema of something that is no object can type no claims.
const impossible = createJwtAuthenticator({ ...base, claims: text });
export type Check8 = True<Equals<typeof impossible, ManagedAuthenticator<never>>>;

// A list of values or one value, and never an empty list.
createJwtAuthenticator({ ...base, issuer: ['https://a.example', 'https://b.example'] });
createJwtAuthenticator({ ...base, audience: { claim: 'client_id', values: ['web'] } });
createJwtAuthenticator({ ...base, keys: () => keys });
createJwtAuthenticator({ ...base, keys: async () => keys });
createJwtAuthenticator({ ...base, typ: ['at+jwt', null] });
// @ts-expect-error -- no issuer at all
createJwtAuthenticator({ ...base, issuer: [] });
// @ts-expect-error -- no audience at all
createJwtAuthenticator({ ...base, audience: [] });
// @ts-expect-error -- no algorithm at all
createJwtAuthenticator({ ...base, algorithms: [] });
// @ts-expect-error -- no value of that claim
createJwtAuthenticator({ ...base, audience: { claim: 'client_id', values: [] } });
// @ts-expect-error -- another use
createJwtAuthenticator({ ...base, tokenUse: 'refresh' });
// @ts-expect-error -- a misspelt option
createJwtAuthenticator({ ...base, audiences: 'orders' });
// @ts-expect-error -- keys that were not imported
createJwtAuthenticator({ ...base, keys: { keys: [] } });
// @ts-expect-error -- an audience is asked for
createJwtAuthenticator({ name: 'test', keys, issuer: 'https://id.example.com' });
// @ts-expect-error -- an issuer is asked for
createJwtAuthenticator({ name: 'test', keys, audience: 'orders' });
// @ts-expect-error -- a name is asked for
createJwtAuthenticator({ keys, issuer: 'https://id.example.com', audience: 'orders' });
// @ts-expect-error -- an option that is set to undefined is not one that is left out
createJwtAuthenticator({ ...base, clockToleranceSeconds: undefined });

// Options are read-only to the end.
declare const options: JwtOptions;
// @ts-expect-error -- they are read once, so a later change would mislead
options.use = 'id';
