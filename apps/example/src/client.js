// Makes one call: an address, the call kind, and an optional token. With only an address it reads calls from
// standard
// input, one JSON object per line, and answers each with a line.
import { createInterface } from 'node:readline';
import { OrdersClient } from './orders-client.js';

const [address, kind, token] = process.argv.slice(2);
if (address === undefined) {
  console.error('usage: pnpm client 127.0.0.1:50051 unary [token]');
  process.exit(2);
}
const client = new OrdersClient(address);
if (kind === undefined) {
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    console.log(JSON.stringify(await client.call(request.kind, request.authorization)));
  }
} else {
  console.log(await client.call(kind, token === undefined ? undefined : `Bearer ${token}`));
}
client.close();
