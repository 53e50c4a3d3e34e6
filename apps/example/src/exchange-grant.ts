import { createLocalJWKSet, type JWK, jwtVerify } from 'jose';
import {
  errors,
  type Provider,
  type ResourceServer,
  type TokenEndpointGrantContext,
} from 'oidc-provider';

export const EXCHANGE_GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const PARAMETERS = ['subject_token', 'subject_token_type', 'audience', 'scope'] as const;

type Parameters = Readonly<Partial<Record<(typeof PARAMETERS)[number], string>>>;

/**
 * Token exchange (RFC 8693), which oidc-provider does not have. A client may exchange tokens that are meant for
 * itself: the new token is meant for another service, has the same subject, and names the client.
 */
export function allowExchange(
  provider: Provider,
  publicKeys: readonly JWK[],
  resourceServerFor: (audience: string) => ResourceServer,
): void {
  const keys = createLocalJWKSet({ keys: [...publicKeys] });
  const grant = async (context: TokenEndpointGrantContext<Parameters>): Promise<void> => {
    const { client, params } = context.oidc;
    const { subject_token: subject = '', subject_token_type, audience = '' } = params;
    if (subject_token_type !== ACCESS_TOKEN) throw new errors.InvalidRequest('subject_token_type');
    const checks = { issuer: provider.issuer, audience: client.clientId, typ: 'at+jwt' };
    const verified = await jwtVerify(subject, keys, checks).catch(() => undefined);
    const { sub: accountId, scope } = (verified?.payload ?? {}) as { sub?: string; scope?: string };
    if (accountId === undefined) throw new errors.InvalidRequest('subject_token is not accepted');
    const grantId = await new provider.Grant({ accountId, clientId: client.clientId }).save();
    const token = { accountId, client, grantId, scope, gty: EXCHANGE_GRANT };
    const exchanged = new provider.AccessToken(token);
    exchanged.resourceServer = new provider.ResourceServer(audience, resourceServerFor(audience));
    context.oidc.entity('AccessToken', exchanged);
    context.body = {
      access_token: await exchanged.save(),
      issued_token_type: ACCESS_TOKEN,
      token_type: 'Bearer',
      expires_in: exchanged.expiration,
    };
  };
  provider.registerGrantType<Parameters>(EXCHANGE_GRANT, grant, PARAMETERS);
}
