// `pnpm web`: the provider, the orders server and the page, all on this machine.
import { parseArgs } from 'node:util';
import { startWeb } from './start-web.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4173' },
    'token-seconds': { type: 'string', default: '90' },
  },
});
const { address, issuer } = await startWeb({
  port: Number(values.port),
  tokenSeconds: Number(values['token-seconds']),
});
console.log(`the page      ${address}`);
console.log(`the provider  ${issuer}`);
console.log('Ctrl+C stops both.');
