// Token exchange (RFC 8693) for oidc-provider, which has none.
import { createLocalJWKSet, type JWK, jwtVerify } from 'jose';
import { errors, type Provider, type ResourceServer } from 'oidc-provider';

export const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

interface Parameters {
  readonly subject_token?: string;
  readonly subject_token_type?: string;
  readonly audience?: string;
}

/** Exchanges tokens of the provider itself, which are verified, for ones of another audience. */
export function registerExchange(
  provider: Provider,
  options: {
    /** The public key of the provider. */
    readonly key: JWK;
    /** Only tokens for this audience are exchanged. */
    readonly subjectAudience: string;
    readonly resourceServer: (audience: string) => ResourceServer;
  },
): void {
  const keys = createLocalJWKSet({ keys: [options.key] });
  const { issuer } = provider;
  provider.registerGrantType<Parameters>(
    EXCHANGE,
    async (context) => {
      const { client, params } = context.oidc;
      const { subject_token: subject = '', subject_token_type: type, audience } = params;
      if (type !== ACCESS_TOKEN) throw new errors.InvalidRequest('unsupported subject_token_type');
      if (audience === undefined) throw new errors.InvalidTarget('audience is missing');
      const { payload } = await jwtVerify(subject, keys, {
        issuer,
        audience: options.subjectAudience,
        typ: 'at+jwt',
      }).catch(() => {
        throw new errors.InvalidRequest('the subject token is not valid');
      });
      const token = new provider.AccessToken({
        accountId: payload.sub ?? '',
        client,
        gty: 'token_exchange',
        scope: 'orders:read',
      } as never);
      const server = options.resourceServer(audience);
      token.resourceServer = new provider.ResourceServer(audience, server);
      context.oidc.entity('AccessToken', token);
      context.body = {
        access_token: await token.save(),
        issued_token_type: ACCESS_TOKEN,
        token_type: 'Bearer',
        expires_in: token.expiration,
      };
    },
    ['subject_token', 'subject_token_type', 'audience', 'scope'],
  );
}
