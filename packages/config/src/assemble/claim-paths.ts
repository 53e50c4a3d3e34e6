import type { ConfigSource } from '../source/config-source.ts';
import { type Path, shownPath } from '../source/path.ts';

/** Claim names with dots in rules, which are probably meant as paths into nested objects. */
export class ClaimPaths {
  readonly #source: ConfigSource;
  readonly #found: string[] = [];

  constructor(source: ConfigSource) {
    this.#source = source;
  }

  get warnings(): readonly string[] {
    return this.#found;
  }

  /** A string names one claim exactly: no token of Keycloak has a claim `realm_access.roles`. */
  check(claim: string | readonly string[], path: Path): void {
    if (typeof claim !== 'string' || !claim.includes('.') || isUri(claim)) return;
    const { authenticators, authenticator } = this.#source.value as Readonly<
      Record<string, unknown>
    >;
    if (mentions([authenticators, authenticator], claim)) return;
    const line = this.#source.lineOf(path);
    this.#found.push(
      `${this.#source.name}${line === undefined ? '' : ` line ${line}`}, ${shownPath(path)}: ` +
        `"${claim}" is the name of one claim; for a path into nested objects write [${claim.split('.').join(', ')}]`,
    );
  }
}

/** As in https://example.com/roles or urn:example:roles. */
function isUri(claim: string): boolean {
  return claim.includes('://') || claim.startsWith('urn:');
}

/** True if an option of an authenticator uses exactly the same name: then the dots are intended. */
function mentions(value: unknown, name: string): boolean {
  if (typeof value === 'string') return value === name;
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, member]) => key === name || mentions(member, name));
}
