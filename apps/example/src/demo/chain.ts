import { status } from '@grpc/grpc-js';
import type { TokenSource } from '@grpc-authn/client';
import { type Hop, LinkClient } from '../chain/link-client.ts';
import { startChainServer } from './processes.ts';
import type { Stage } from './stage.ts';
import type { Row } from './table.ts';

/** The caller that each service sees. The last one accepts no token that is meant for the others. */
const HOPS = [
  { name: 'checkout: its own token', expected: 'shop, by shop' },
  { name: 'orders: relayed', expected: 'shop, by shop' },
  { name: 'billing: exchanged', expected: 'shop, by orders' },
] as const;

/** checkout relays the caller's token to orders, which exchanges it for one that billing accepts. */
export async function* callChain(stage: Stage): AsyncIterable<Row> {
  const { provider, shop, local } = stage;
  const start = (
    name: string,
    audience: string,
    more: readonly string[] = [],
  ): ReturnType<typeof startChainServer> =>
    startChainServer([stage.config('chain'), '--name', name, '--folder', local, ...more], {
      ORDERS_ISSUER: provider.issuer,
      CHAIN_AUDIENCE: audience,
    });
  const billing = await start('billing', 'billing');
  const exchange = ['--next', billing.address, '--exchange', 'billing'];
  const orders = await start('orders', 'orders', exchange);
  const checkout = await start('checkout', 'orders', ['--next', orders.address]);
  const tokens = shop.tokens('jwt');
  const others = shop.tokens('billing');
  try {
    const { hops, got } = await trace(checkout.address, tokens);
    for (const [index, { name, expected }] of HOPS.entries()) {
      yield rowOf(name, expected, describeHop(hops[index]) ?? got, hops[index]?.audience.join(' '));
    }
    const direct = await trace(billing.address, tokens);
    yield rowOf('billing: not exchanged', 'UNAUTHENTICATED', direct.got);
    const wrong = await trace(checkout.address, others);
    yield rowOf("checkout: billing's token", 'UNAUTHENTICATED', wrong.got);
  } finally {
    await Promise.all([tokens.close(), others.close()]);
    await Promise.all([checkout, orders, billing].map((server) => server.stop()));
  }
}

function rowOf(name: string, expected: string, got: string, audience = ''): Row {
  const reason = audience === '' ? undefined : `for ${audience}`;
  return { name, kind: 'unary', expected, got, reason };
}

/** The subject, and the client that requested the token. */
function describeHop(hop: Hop | undefined): string | undefined {
  return hop === undefined ? undefined : `${hop.subject}, by ${hop.clientId}`;
}

async function trace(
  address: string,
  tokens: TokenSource,
): Promise<{ readonly hops: readonly Hop[]; readonly got: string }> {
  const client = new LinkClient(address);
  try {
    return { hops: (await client.trace(tokens)).hops, got: 'OK' };
  } catch (error) {
    const { code } = error as { readonly code: number };
    return { hops: [], got: status[code] ?? String(error) };
  } finally {
    client.close();
  }
}
