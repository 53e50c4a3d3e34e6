import type { ServiceLike } from '../../src/policy/service-definition.ts';

/** A service as ts-proto and proto-loader define it, as far as a policy looks at it. */
export function serviceOf(name: string, ...methods: readonly string[]): ServiceLike {
  return Object.fromEntries(methods.map((method) => [method, { path: `/${name}/${method}` }]));
}

export const Orders: ServiceLike = serviceOf('orders.v1.Orders', 'List', 'Get', 'Refund');
export const Billing: ServiceLike = serviceOf('billing.v1.Billing', 'Charge');
