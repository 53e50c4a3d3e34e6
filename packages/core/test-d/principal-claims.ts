import { Metadata } from '@grpc/grpc-js';
import {
  type Authenticator,
  type ClaimsOf,
  createPrincipal,
  type findPrincipal,
  getPrincipal,
  type JsonObject,
  type Principal,
} from '../src/index.ts';
import { assertType, type Equals } from './equals.ts';

interface Claims {
  readonly tenant: string;
  readonly roles: readonly string[];
}
declare const typed: Authenticator<Claims>;
declare const plain: Authenticator;

const call = { metadata: new Metadata() };

export function claimsArriveTyped(): void {
  // Without an authenticator, claims are JSON.
  const anyone = getPrincipal(call);
  assertType<Equals<typeof anyone, Principal>>();
  assertType<Equals<typeof anyone.claims, Readonly<JsonObject>>>();

  // With one, they are what it says.
  const principal = getPrincipal(call, typed);
  assertType<Equals<typeof principal, Principal<Claims>>>();
  assertType<Equals<typeof principal.claims.tenant, string>>();
  // @ts-expect-error -- it does not say so
  void principal.claims.team;
  assertType<Equals<ReturnType<typeof findPrincipal>, Principal | undefined>>();
  const untyped = getPrincipal(call, plain);
  assertType<Equals<typeof untyped, Principal>>();

  // @ts-expect-error -- a name is no authenticator
  getPrincipal(call, 'main');
  // @ts-expect-error -- the metadata is on the call
  getPrincipal(call.metadata);
}

export function claimsAreReadonly(): void {
  const principal = createPrincipal({ authenticator: 'stub', claims: { tenant: 'a' } });
  assertType<Equals<typeof principal, Principal<{ tenant: string }>>>();
  // @ts-expect-error -- frozen
  principal.claims.tenant = 'b';
  // @ts-expect-error -- frozen
  principal.subject = 'mallory';
  // @ts-expect-error -- frozen
  principal.scopes.push('orders:write');
  // @ts-expect-error -- the authenticator is required
  createPrincipal({ subject: 'alice' });
}

assertType<Equals<ClaimsOf<typeof typed>, Claims>>();
assertType<Equals<ClaimsOf<typeof plain>, JsonObject>>();
assertType<Equals<ClaimsOf<string>, never>>();
