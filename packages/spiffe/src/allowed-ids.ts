import { checkTexts, describeValue, wrongOption } from '@grpc-authn/core/internal';
import { idOf, isOfTrustDomain, isSpiffeId } from './spiffe-id.ts';

const WILDCARD = '/*';

/**
 * Reads the option `allow`: SPIFFE IDs, and prefixes that end in '/*'. Returns the check of an ID of the trust
 * domain; without the option, every such ID is allowed.
 *
 * @throws ConfigError for a pattern that is neither, or is of another trust domain.
 */
export function readAllowedIds(allow: unknown, trustDomain: string): (id: string) => boolean {
  if (allow === undefined) return () => true;
  const patterns = checkTexts('allow', allow);
  for (const [index, pattern] of patterns.entries()) {
    if (isSpiffeId(prefixOf(pattern) ?? pattern) && isOfTrustDomain(pattern, trustDomain)) continue;
    throw wrongOption(
      `allow[${index}]`,
      describeValue(pattern),
      `a SPIFFE ID of ${idOf(trustDomain)}, or a prefix of one that ends in ${WILDCARD}`,
    );
  }
  return (id) => patterns.some((pattern) => matches(pattern, id));
}

/** True if `pattern` matches this ID, or every ID that this narrower pattern matches. */
export function matches(pattern: string, id: string): boolean {
  const prefix = prefixOf(pattern);
  return prefix === undefined ? id === pattern : id.startsWith(`${prefix}/`);
}

function prefixOf(pattern: string): string | undefined {
  return pattern.endsWith(WILDCARD) ? pattern.slice(0, -WILDCARD.length) : undefined;
}
