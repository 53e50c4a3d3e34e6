import { describeValue, wrongOption } from '@grpc-authn/core/internal';
import { isLoopbackHost, literalAddressOf, scopeOfAddress } from './address-scope.ts';
import type { HttpSettings } from '../fetch/http-options.ts';
import { ProviderError, shownUrl } from '../provider-error.ts';

/**
 * Checks a URL from the configuration: https; http only on loopback, or for an origin that the option
 * `http.dangerouslyAllowHttpFrom` names.
 *
 * @throws ConfigError
 */
export function checkWrittenUrl(option: string, value: unknown, settings: HttpSettings): URL {
  const expected = 'an https URL without user name or fragment (http on loopback only)';
  if (typeof value !== 'string' || !URL.canParse(value)) {
    throw wrongOption(option, describeValue(value), expected);
  }
  const url = new URL(value);
  const plain = url.protocol === 'http:';
  const allowed =
    url.protocol === 'https:' ||
    (plain && (isLoopbackHost(url) || settings.plainOrigins.has(url.origin)));
  if (allowed && url.username === '' && url.password === '' && url.hash === '') return url;
  const hint = plain ? ', or an origin named in http.dangerouslyAllowHttpFrom' : '';
  throw wrongOption(option, describeValue(value), expected + hint);
}

/**
 * Checks a URL that a provider's metadata names. The metadata must not be able to send requests to hosts
 * that only this server can reach. So http is allowed only on loopback, for an issuer that is configured
 * as http on loopback, and link-local and reserved addresses are refused. Names are checked again when
 * they are resolved (guardedLookup).
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
