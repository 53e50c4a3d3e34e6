import { createKey, jws, type Key } from './attack-keys.ts';
import { METADATA_PATH, startAttackProvider } from './attack-provider.ts';
import { AUDIENCE } from './tokens.ts';

/** A provider on loopback with one issuer for each tenant: `http://127.0.0.1:port/{tenant}`. */
export interface TenantProvider {
  readonly template: string;
  readonly issuerOf: (tenant: string) => string;
  /** A good token of the tenant, signed by its own key or by that of `signer`. */
  readonly token: (tenant: string, claims?: object, signer?: string) => string;
  /** How often the metadata of these tenants was requested; of all by default. */
  readonly discoveries: (...tenants: string[]) => number;
  readonly requests: () => number;
  /** The authenticator of a config file, named tenants, that accepts these. */
  readonly config: (tenants: 'any' | readonly string[]) => object;
  /** What a handler of `withServedFile` answers to a token of the tenant. */
  readonly accepted: (tenant: string) => string;
  close(): Promise<void>;
}

export async function startTenantProvider(...tenants: string[]): Promise<TenantProvider> {
  const provider = await startAttackProvider();
  const issuerOf = (tenant: string): string => `${provider.issuer}/${tenant}`;
  const keys = new Map<string, Key>(tenants.map((tenant) => [tenant, createKey('ES256', 'main')]));
  const nobody = createKey('ES256', 'main');
  for (const [tenant, { jwk }] of keys) {
    const jwksUri = `${issuerOf(tenant)}/keys`;
    const metadata = { issuer: issuerOf(tenant), jwks_uri: jwksUri };
    provider.respond(`/${tenant}${METADATA_PATH}`, metadata);
    provider.respond(`/${tenant}/keys`, { keys: [jwk] });
  }
  const template = `${provider.issuer}/{tenant}`;
  return {
    template,
    issuerOf,
    token(tenant, claims = {}, signer = tenant) {
      const nowSeconds = Math.floor(Date.now() / 1000);
      const usual = { iss: issuerOf(tenant), aud: AUDIENCE, sub: `alice of ${tenant}` };
      const times = { iat: nowSeconds, exp: nowSeconds + 300, jti: crypto.randomUUID() };
      const header = { alg: 'ES256', kid: 'main', typ: 'at+jwt' };
      return jws(keys.get(signer) ?? nobody, header, { ...usual, ...times, ...claims });
    },
    discoveries(...of) {
      const paths = provider.paths.filter((path) => path.endsWith(METADATA_PATH));
      return of.length === 0
        ? paths.length
        : paths.filter((path) => of.includes(path.split('/')[1] ?? '')).length;
    },
    requests: () => provider.paths.length,
    config(of) {
      const each = { use: 'oidc', audience: AUDIENCE };
      return { use: 'byTrustedIssuer', name: 'tenants', issuers: [template], tenants: of, each };
    },
    accepted: (tenant) => `alice of ${tenant} of ${issuerOf(tenant)} by tenants`,
    close: () => provider.close(),
  };
}
