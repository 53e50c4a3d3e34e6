import type { DescMessage, DescService } from '@bufbuild/protobuf';
import type { GenService } from '@bufbuild/protobuf/codegenv2';
import type { ServiceDefinition } from '@grpc/grpc-js';
import {
  authenticated,
  confirmedBy,
  definePolicy,
  dryRun,
  healthChecks,
  type MethodName,
  type Policy,
  publicMethod,
  reflection,
  requireAll,
  requireAny,
  requireAnyScope,
  requireClaim,
  requireScopes,
  type Rule,
  rulesFor,
} from '../src/index.ts';
import { assertType, type Equals } from './equals.ts';
import type { ProtoGrpcType } from './samples/proto-loader-orders.ts';
import { OrdersService } from './samples/ts-proto-orders.ts';

declare const loaded: ProtoGrpcType;
const Orders = loaded.orders.v1.Orders.service;
const rule = authenticated();

export function aTypoDoesNotCompileWithTheTypesOfProtoLoader(): void {
  assertType<Equals<MethodName<typeof Orders>, 'Get' | 'List' | 'Refund'>>();
  const rules = rulesFor(Orders, { Get: rule, List: rule, '*': rule });
  assertType<Equals<typeof rules, Readonly<Record<string, Rule>>>>();
  rulesFor(Orders, {});
  // @ts-expect-error -- there is no such method
  rulesFor(Orders, { Lsit: rule });
  // @ts-expect-error -- nor one beside those that there are
  rulesFor(Orders, { Get: rule, List: rule, Refunds: rule });
  // @ts-expect-error -- the client's spelling is not the method's
  rulesFor(Orders, { list: rule });
  // @ts-expect-error -- a path is no name
  rulesFor(Orders, { 'orders.v1.Orders/List': rule });
  // @ts-expect-error -- a rule is needed
  rulesFor(Orders, { List: 'public' });
  // @ts-expect-error -- and one of ours
  rulesFor(Orders, { List: publicMethod });
  // @ts-expect-error -- the client is no definition
  rulesFor(loaded.orders.v1.Orders, { List: rule });
}

export function aTypoDoesNotCompileWithTheTypesOfTsProto(): void {
  assertType<Equals<MethodName<typeof OrdersService>, 'get' | 'listAll'>>();
  rulesFor(OrdersService, { get: rule, listAll: rule, '*': rule });
  // @ts-expect-error -- there is no such method
  rulesFor(OrdersService, { gte: rule });
  // @ts-expect-error -- the name of the .proto is not that of the definition
  rulesFor(OrdersService, { ListAll: rule });
}

/** A service as protobuf-es generates it. */
type GeneratedMethod = { methodKind: 'unary'; input: DescMessage; output: DescMessage };
declare const GeneratedOrders: GenService<{ get: GeneratedMethod; listAll: GeneratedMethod }>;

export function aTypoDoesNotCompileWithTheTypesOfProtobufEs(): void {
  assertType<Equals<MethodName<typeof GeneratedOrders>, 'get' | 'listAll'>>();
  rulesFor(GeneratedOrders, { get: rule, listAll: rule, '*': rule });
  // @ts-expect-error -- there is no such method
  rulesFor(GeneratedOrders, { gte: rule });
  // @ts-expect-error -- the name of the .proto is not the local name
  rulesFor(GeneratedOrders, { ListAll: rule });
  // @ts-expect-error -- a member of the descriptor is not a method
  rulesFor(GeneratedOrders, { typeName: rule });
}

export function servicesAreGivenWithTheirRules(described: DescService): Policy {
  rulesFor(described, { anything: rule });
  // @ts-expect-error -- a rule is needed
  definePolicy([Orders, { Get: 'public' }]);
  // @ts-expect-error -- a service alone has no rules
  definePolicy([Orders]);
  // @ts-expect-error -- the client is not a definition
  definePolicy([loaded.orders.v1.Orders, { Get: rule }]);
  // @ts-expect-error -- bytes are read by readDescriptorSet()
  definePolicy({ rules: {}, descriptorSet: new Uint8Array() });
  // @ts-expect-error -- reflection has no default rule
  reflection();
  return definePolicy(
    [Orders, { Get: rule, '*': rule }],
    [GeneratedOrders, { get: rule }],
    [described, { '*': rule }],
    healthChecks(),
    reflection(rule),
  );
}

/** Definitions that are loaded without generated types have no names: typos are reported at run time. */
export function namesThatAreNotKnownCompile(untyped: ServiceDefinition): void {
  rulesFor(untyped, { Anything: rule, '*': rule });
  // @ts-expect-error -- a rule is a rule
  rulesFor(untyped, { Anything: true });
}

export function aPolicyTakesThemAll(): Policy {
  return definePolicy({
    services: [Orders, OrdersService, GeneratedOrders],
    rules: {
      ...rulesFor(Orders, { '*': rule }),
      ...rulesFor(OrdersService, { get: rule }),
      ...healthChecks(),
    },
  });
}

export function rulesRequireSomethingByTheirTypes(): void {
  // @ts-expect-error -- a scope is needed
  requireScopes();
  // @ts-expect-error -- a list of them may be empty
  requireScopes(['a']);
  // @ts-expect-error -- a scope is needed
  requireAnyScope();
  // @ts-expect-error -- a rule is needed
  requireAll();
  // @ts-expect-error -- a rule is needed
  requireAny();
  // @ts-expect-error -- something is required
  requireClaim('team');
  // @ts-expect-error -- undefined is nothing
  requireClaim('team', undefined);
  // @ts-expect-error -- a path goes somewhere
  requireClaim([], 'a');
  // @ts-expect-error -- a promise is no answer
  requireClaim('team', async () => true);
  // @ts-expect-error -- nor is undefined
  requireClaim('team', () => undefined);
  // @ts-expect-error -- a name is no authenticator
  confirmedBy('introspection');
  // @ts-expect-error -- a dry run ends
  dryRun(rule);
  // @ts-expect-error -- text is no rule
  definePolicy({ rules: {}, otherwise: 'deny' });
}
