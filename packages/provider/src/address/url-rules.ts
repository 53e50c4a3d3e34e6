import { describeValue, wrongOption } from '@grpc-authn/core/internal';
import { isLoopbackHost, literalAddressOf, scopeOfAddress } from './address-scope.ts';
import type { HttpSettings } from '../fetch/http-options.ts';
import { ProviderError, shownUrl } from '../provider-error.ts';

/**
 * A URL that the operator wrote: https, or http on loopback or from an origin that an option names.
 *
 * @throws ConfigError
 */
export function checkWrittenUrl(option: string, value: unknown, settings: HttpSettings): URL {
  const wanted = 'an https URL without user name and fragment (http on loopback alone)';
  if (typeof value !== 'string' || !URL.canParse(value)) {
    throw wrongOption(option, describeValue(value), wanted);
  }
  const url = new URL(value);
  const plain = url.protocol === 'http:';
  const allowed =
    url.protocol === 'https:' ||
    (plain && (isLoopbackHost(url) || settings.plainOrigins.has(url.origin)));
  if (allowed && url.username === '' && url.password === '' && url.hash === '') return url;
  const hint = plain ? '; or name its origin in http.dangerouslyAllowHttpFrom' : '';
  throw wrongOption(option, describeValue(value), wanted + hint);
}

/**
 * A URL that a provider's metadata names. Whoever controls the metadata must not thereby reach hosts
 * that only we can reach, so it is held to more: plain http only on the loopback of an issuer that the
 * operator wrote as http on loopback, and no address that a public issuer has no business with. Names
 * are checked again when they are resolved.
 *
 * @throws ProviderError
 */
export function checkMetadataUrl(member: string, value: unknown, issuer: URL): URL {
  if (typeof value !== 'string' || !URL.canParse(value)) {
    throw new ProviderError('content', `${shownUrl(issuer)}: its metadata has no URL as ${member}`);
  }
  const url = new URL(value);
  const refuse = (why: string): ProviderError =>
    new ProviderError('address', `${shownUrl(issuer)}: ${member} ${shownUrl(url)} ${why}`);
  if (url.username !== '' || url.password !== '') throw refuse('has a user name');
  if (url.protocol !== 'https:') {
    const local = issuer.protocol === 'http:' && isLoopbackHost(issuer) && isLoopbackHost(url);
    const same = issuer.protocol === 'http:' && url.origin === issuer.origin;
    if (url.protocol !== 'http:' || !(local || same)) throw refuse('is not https');
  }
  const literal = literalAddressOf(url);
  if (literal !== undefined && scopeOfAddress(literal) === 'forbidden') {
    throw refuse('is a link-local or reserved address');
  }
  return url;
}
