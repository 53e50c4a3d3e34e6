import type { Authenticator } from './authenticator.ts';
import { checkText, checkTexts, describeValue, wrongOption } from '../errors/option-checks.ts';

const BEARER: ReadonlySet<string> = new Set(['bearer']);

/** The schemes it understands. @throws ConfigError where it is no authenticator. */
export function checkAuthenticator(
  authenticator: Authenticator<object>,
  option = 'authenticator',
): ReadonlySet<string> {
  if (typeof authenticator !== 'object' || authenticator === null) {
    throw wrongOption(option, describeValue(authenticator), 'an Authenticator');
  }
  if (typeof authenticator.authenticate !== 'function') {
    throw wrongOption(option, 'an object without authenticate()', 'an Authenticator');
  }
  checkText(`${option}.name`, authenticator.name);
  if (authenticator.schemes === undefined) return BEARER;
  const schemes = checkTexts(`${option}.schemes`, authenticator.schemes);
  return new Set(schemes.map((scheme) => scheme.toLowerCase()));
}
