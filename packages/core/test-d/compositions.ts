import { Metadata } from '@grpc/grpc-js';
import {
  anyOf,
  type Authenticator,
  cached,
  type CacheOptions,
  type ClaimsOf,
  getPrincipal,
  type JsonObject,
  type ManagedAuthenticator,
  type Principal,
} from '../src/index.ts';
import { assertType, type Equals } from './equals.ts';

interface Employee {
  readonly tenant: string;
}
interface Partner {
  readonly partnerId: number;
}
declare const employees: Authenticator<Employee>;
declare const partners: Authenticator<Partner>;
declare const plain: Authenticator;

const call = { metadata: new Metadata() };

export function aCacheKeepsTheTypeOfWhatIsInside(): void {
  const kept = cached(employees, { maxAgeSeconds: 60, negative: {} });
  assertType<Equals<typeof kept, ManagedAuthenticator<Employee>>>();
  const principal = getPrincipal(call, kept);
  assertType<Equals<typeof principal, Principal<Employee>>>();
  // @ts-expect-error -- seconds, by their name
  cached(employees, { maxAge: 60 });
  assertType<Equals<CacheOptions['keepTokens'], boolean | undefined>>();
}

export function aCompositionIsOfTheTypeOfAnyChild(): void {
  const composed = anyOf(employees, partners);
  assertType<Equals<typeof composed, ManagedAuthenticator<Employee | Partner>>>();
  assertType<Equals<ClaimsOf<typeof composed>, Employee | Partner>>();
  const { claims } = getPrincipal(call, composed);
  assertType<Equals<typeof claims, Readonly<Employee | Partner>>>();
  // @ts-expect-error -- it may have been a partner
  void claims.tenant;
  // Who asks for one child has its claims.
  const employee = getPrincipal(call, employees);
  assertType<Equals<typeof employee.claims.tenant, string>>();

  const deep = anyOf(plain, cached(composed));
  assertType<Equals<ClaimsOf<typeof deep>, JsonObject | Employee | Partner>>();
  // @ts-expect-error -- a name is no authenticator
  anyOf('main');
}

/** Everything of the contract is there, so nobody asks whether it is. */
export async function aCompositionIsManaged(): Promise<void> {
  const composed = anyOf(employees, partners);
  await composed.ready();
  await composed.close();
  composed.subscribe(() => undefined)();
  assertType<Equals<typeof composed.issuers, readonly string[]>>();
}
