// Prints a token: of the provider (jwt, opaque), or of the old login service (hs256).
import { LocalFiles } from './local-files.ts';
import { Shop, signWithSecret } from './tokens.ts';

const [kind, issuer = process.env['ORDERS_ISSUER']] = process.argv.slice(2);
const local = new LocalFiles();
await local.prepare();
if (kind === 'hs256') {
  console.log(await signWithSecret(Buffer.from(await local.secret('login'), 'base64')));
} else if ((kind === 'jwt' || kind === 'opaque') && issuer !== undefined) {
  console.log(await (await Shop.of(issuer, local)).token(kind));
} else {
  console.error('usage: pnpm --silent get-token hs256|jwt|opaque (ORDERS_ISSUER must be set)');
  process.exit(2);
}
