import type { AuthErrorCode, AuthErrorReasons, Decision } from '@grpc-authn/core/authenticator';

/** Counts what is in no list: a metric's attribute never has a value that a caller made up. */
export const OTHER = 'other';

/** Every reason by its code, so that one that is added to core does not compile until it is here. */
const REASONS: { readonly [C in AuthErrorCode]: Readonly<Record<AuthErrorReasons[C], true>> } = {
  missing_credentials: { absent: true, other_scheme: true },
  malformed_credentials: {
    multiple: true,
    too_large: true,
    bad_characters: true,
    not_a_compact_jws: true,
    not_base64url: true,
    not_a_json_object: true,
    encrypted: true,
  },
  invalid_token: {
    signature: true,
    algorithm: true,
    unknown_key: true,
    critical: true,
    header: true,
    type: true,
    use: true,
    issuer: true,
    audience: true,
    expired: true,
    no_expiry: true,
    not_yet_valid: true,
    too_old: true,
    claim: true,
    inactive: true,
    revoked: true,
    binding: true,
    proof: true,
    replay: true,
  },
  permission_denied: { scope: true, claim: true, denied: true, unconfirmed: true },
  unavailable: {
    jwks: true,
    discovery: true,
    introspection: true,
    provider: true,
    timeout: true,
    overloaded: true,
  },
  internal: { bug: true },
};

const CODE_NAMES: ReadonlyMap<string, string> = new Map(
  Object.keys(REASONS).map((code) => [code, code]),
);

export function codeOf({ error }: Decision): string | undefined {
  return error && (CODE_NAMES.get(error.code) ?? OTHER);
}

export function reasonOf({ error }: Decision): string | undefined {
  if (error === undefined) return undefined;
  // An AuthError of another version of core may have a reason that is not listed.
  const reasons: object = REASONS[error.code] ?? {};
  return Object.hasOwn(reasons, error.reason) ? error.reason : OTHER;
}

const STATUS_NAMES: readonly string[] = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

/** The status that the call ends with. */
export function statusNameOf({ statusCode, cancelledBy }: Decision): string {
  if (statusCode === undefined) {
    return cancelledBy === 'deadline' ? 'DEADLINE_EXCEEDED' : 'CANCELLED';
  }
  return STATUS_NAMES[statusCode] ?? 'UNKNOWN';
}

/** The names that a server has: each is converted once. When there are too many, further ones are `other`. */
export class BoundedNames {
  readonly #names = new Map<string, string>();
  readonly #max: number;
  readonly #pattern: RegExp;

  /** @param pattern its first group is the name. */
  constructor(max: number, pattern: RegExp) {
    this.#max = max;
    this.#pattern = pattern;
  }

  get(value: string): string {
    const known = this.#names.get(value);
    if (known !== undefined) return known;
    const [, name] = this.#pattern.exec(value) ?? [];
    if (name === undefined || this.#names.size >= this.#max) return OTHER;
    this.#names.set(value, name);
    return name;
  }
}
