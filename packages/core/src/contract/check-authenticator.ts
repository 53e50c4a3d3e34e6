import {
  checkOneOf,
  checkText,
  checkTexts,
  describeValue,
  wrongOption,
} from '../errors/option-checks.ts';
import type { Authenticator, AuthenticatorTraits } from './authenticator.ts';

const BEARER: ReadonlySet<string> = new Set(['bearer']);

/** Returns the schemes that it accepts. @throws ConfigError if it is not an authenticator. */
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
  checkTraits(`${option}.traits`, authenticator.traits);
  if (authenticator.schemes === undefined) return BEARER;
  const schemes = checkTexts(`${option}.schemes`, authenticator.schemes);
  return new Set(schemes.map((scheme) => scheme.toLowerCase()));
}

/** Security checks depend on them, so a wrong type is not taken for false. */
function checkTraits(option: string, traits: AuthenticatorTraits | undefined): void {
  if (traits === undefined) return;
  if (typeof traits !== 'object' || traits === null) {
    throw wrongOption(option, describeValue(traits), 'an object of AuthenticatorTraits');
  }
  for (const name of ['caches', 'opaqueTokens', 'anyAudience'] as const) {
    checkOneOf(`${option}.${name}`, traits[name], [true, false]);
  }
  const { children } = traits;
  if (children === undefined) return;
  if (!Array.isArray(children)) {
    throw wrongOption(`${option}.children`, describeValue(children), 'a list of authenticators');
  }
  for (const [index, child] of (children as readonly Authenticator<object>[]).entries()) {
    checkAuthenticator(child, `${option}.children[${index}]`);
  }
}
