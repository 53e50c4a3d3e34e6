import type { Clock } from '@grpc-authn/core/authenticator';
import { checkOneOf } from '@grpc-authn/core/internal';

/**
 * The `aud` of a signed assertion: the issuer (draft-ietf-oauth-rfc7523bis), or the URL to which the assertion is
 * sent, which RFC 7523 allows and some providers require.
 */
export type AssertionAudience = 'issuer' | 'endpoint';

/** Seconds for which an assertion is valid, as in oauth4webapi. */
const LIFETIME_SECONDS = 60;

/** Where an assertion is sent. */
export interface AssertionTarget {
  readonly endpoint: URL;
  readonly clock: Clock;
}

/** The claims of an assertion; oauth4webapi sets the issuer as `aud`. */
type Claims = Record<string, unknown>;

/** `modifyAssertion` of openid-client and oauth4webapi. */
export type AssertionOptions = Readonly<Record<symbol, (header: object, claims: Claims) => void>>;

/** What the message about a rejected client says of its assertion; empty if there was none. */
export function assertionNote(audience: AssertionAudience | undefined): string {
  if (audience === undefined) return '';
  if (audience === 'endpoint') return ', whose assertion has this URL as its audience';
  return (
    ', whose assertion has the issuer as its audience (if the provider requires its own URL, set ' +
    'clientAuthentication.assertionAudience to "endpoint")'
  );
}

/** @throws ConfigError */
export function readAssertionAudience(option: string, audience: unknown): AssertionAudience {
  checkOneOf(`${option}.assertionAudience`, audience, ['issuer', 'endpoint']);
  return (audience as AssertionAudience | undefined) ?? 'issuer';
}

/**
 * Sets the audience, and the times by the injected clock. An assertion for an endpoint is only sent to that endpoint:
 * metadata cannot name the endpoint of another provider as its audience.
 */
export function assertionOptions(
  { modifyAssertion }: { readonly modifyAssertion: symbol },
  audience: AssertionAudience,
  { endpoint, clock }: AssertionTarget,
): AssertionOptions {
  return {
    [modifyAssertion](_, claims) {
      const nowSeconds = Math.floor(clock.nowMs() / 1000);
      claims['iat'] = nowSeconds;
      claims['nbf'] = nowSeconds;
      claims['exp'] = nowSeconds + LIFETIME_SECONDS;
      if (audience === 'endpoint') claims['aud'] = endpoint.href;
    },
  };
}
