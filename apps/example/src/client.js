// Makes one call: an address, and the kind of the call. With a provider (ORDERS_ISSUER) it gets its own token. With
// only an address it reads calls from standard input, one JSON object per line, and answers each with a line.
import { createInterface } from 'node:readline';
import { LocalFiles } from './local-files.ts';
import { OrdersClient } from './orders-client.js';
import { Shop } from './tokens.ts';

const [address, kind] = process.argv.slice(2);
if (address === undefined) {
  console.error('usage: pnpm client 127.0.0.1:50051 [unary] (with ORDERS_ISSUER for a token)');
  process.exit(2);
}
const issuer = kind === undefined ? undefined : process.env['ORDERS_ISSUER'];
const tokens =
  issuer === undefined ? undefined : (await Shop.of(issuer, new LocalFiles())).tokens('jwt');
const client = new OrdersClient(address, tokens);
if (kind === undefined) {
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    console.log(JSON.stringify(await client.call(request.kind, request.authorization)));
  }
} else {
  console.log(await client.call(kind));
}
client.close();
await tokens?.close();
