import type { AuthError } from '@grpc-authn/core';
import type { Data } from '../../command/command.ts';

/** What each reason means, in a few words. docs/errors.md has more. */
const MEANINGS: Readonly<Record<string, string>> = {
  absent: 'there is no token',
  other_scheme: 'the authenticator accepts another scheme',
  multiple: 'there are several tokens',
  too_large: 'the token is longer than credentials.maxTokenBytes',
  bad_characters: 'the token has characters that no token has, such as quotes or line breaks',
  not_a_compact_jws: 'the token is not a JWT; opaque tokens need introspection',
  not_base64url: 'a part of the token is not base64url',
  not_a_json_object: 'the header or the payload of the token is not JSON',
  encrypted: 'the token is encrypted',
  signature: 'the signature is not valid',
  algorithm: 'the algorithm is not allowed',
  unknown_key: 'the provider has no such key',
  critical: 'the header requires an extension',
  type: 'the type is not accepted',
  use: 'it is not an access token',
  issuer: 'it is from another issuer',
  audience: 'it is for another audience',
  expired: 'it has expired',
  no_expiry: 'it has no expiry',
  not_yet_valid: 'it is not valid yet',
  too_old: 'it was issued too long ago',
  inactive: 'the provider says that it is not active',
  binding: 'it is bound to a key, and proofs are not checked',
  scope: 'a scope is missing',
  claim: 'a claim is missing or has another value',
  denied: 'nobody may call it',
  unconfirmed: 'the provider does not confirm it',
  jwks: 'the keys of the provider could not be fetched',
  discovery: 'the metadata of the provider could not be fetched, or names another issuer',
  introspection: 'the provider could not be asked about the token',
  provider: 'the provider could not be asked',
  timeout: 'the provider did not answer in time',
  overloaded: 'too many calls wait',
};

/** Code and reason as in docs/errors.md, with their meaning. Never a value of a claim. */
export function formatError({ code, reason, claim, requiredScopes }: AuthError): string {
  const meaning = MEANINGS[reason];
  const parts = [
    ...(meaning === undefined ? [] : [meaning]),
    ...(claim === undefined ? [] : [`claim ${claim}`]),
    ...(requiredScopes.length === 0 ? [] : [`needs scope ${requiredScopes.join(' ')}`]),
  ];
  return `${code}/${reason}${parts.length === 0 ? '' : ` (${parts.join('; ')})`}`;
}

export function errorData({ code, reason, claim, requiredScopes }: AuthError): Data {
  return { code, reason, claim, ...(requiredScopes.length > 0 && { requiredScopes }) };
}
