import { lookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isPrivateHost, literalAddressOf, scopeOfAddress } from './address-scope.ts';
import { ProviderError, shownUrl } from '../provider-error.ts';

/**
 * Resolves the names in URLs from the metadata of `issuer`, and refuses addresses that such a URL must not
 * reach. It runs while connecting, so that a name cannot change between check and use.
 */
export function guardedLookup(issuer: URL): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, []);
      checkScopes(hostname, addresses, issuer).then(
        () => answer(addresses, options.all === true, callback),
        (refused: NodeJS.ErrnoException) => callback(refused, []),
      );
    });
  };
}

/** An IP address is never looked up, so it is checked before connecting. */
export async function checkLiteral(url: URL, issuer: URL): Promise<void> {
  const address = literalAddressOf(url);
  if (address === undefined) return;
  await checkScopes(url.hostname, [{ address, family: 0 }], issuer);
}

async function checkScopes(
  hostname: string,
  addresses: readonly LookupAddress[],
  issuer: URL,
): Promise<void> {
  const scopes = new Set(addresses.map(({ address }) => scopeOfAddress(address)));
  const refused =
    scopes.has('forbidden') ||
    (scopes.has('private') && !(await isPrivateHost(issuer).catch(() => false)));
  if (!refused) return;
  throw new ProviderError(
    'address',
    `${shownUrl(issuer)}: its metadata names ${hostname}, which is an address of this network`,
  );
}

function answer(
  addresses: readonly LookupAddress[],
  all: boolean,
  callback: Parameters<LookupFunction>[2],
): void {
  if (all) return callback(null, [...addresses]);
  const [first] = addresses;
  callback(null, first?.address ?? '', first?.family ?? 0);
}
