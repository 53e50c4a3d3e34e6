import type { Credentials } from '../contract/authenticator.ts';
import type { CheckName, CheckStep } from '../contract/check-step.ts';

/** More than any message needs, and little enough for a table on a terminal. */
const MAX_CHARACTERS = 256;
/** A step for each check of a thousand authenticators is a fault of one of them. */
const MAX_STEPS = 20_000;
/** Shorter text is no secret, and may occur in ordinary text. */
const MIN_TOKEN_CHARACTERS = 8;
const MIN_SEGMENT_CHARACTERS = 16;

/**
 * The steps of one explanation. Every text is made safe here, whatever an authenticator reports: no part of the
 * credentials, no control characters, at most 256 characters.
 */
export class TraceRecord {
  readonly #steps: CheckStep[] = [];
  readonly #secrets: readonly string[];

  constructor(credentials: Credentials | undefined) {
    this.#secrets = credentials === undefined ? [] : secretsOf(credentials);
  }

  get steps(): readonly CheckStep[] {
    return Object.freeze([...this.#steps]);
  }

  /** One of these checks has failed. */
  hasFailed(checks: readonly CheckName[]): boolean {
    return this.#steps.some(({ check, result }) => result === 'failed' && checks.includes(check));
  }

  /** The authenticator that has begun to report, and the check whose result it does not know yet. */
  get waiting():
    | (Pick<CheckStep, 'authenticator'> & { check: 'key' | 'introspection' })
    | undefined {
    const last = this.#steps.findLast(
      ({ check, result }) => result !== 'not_reached' && check !== 'credentials',
    );
    if (last === undefined) return undefined;
    const { authenticator, check } = last;
    const isDone = this.#steps.some(
      (step) => step.authenticator === authenticator && FROM_PROVIDERS.has(step.check),
    );
    // Only a JWT has checks between the format and the provider's answer.
    return isDone
      ? undefined
      : { authenticator, check: check === 'format' ? 'introspection' : 'key' };
  }

  readonly add = (step: CheckStep): void => {
    if (this.#steps.length < MAX_STEPS) this.#steps.push(this.#clean(step));
  };

  addFirst(step: CheckStep): void {
    this.#steps.unshift(this.#clean(step));
  }

  #clean({ check, result, authenticator, expected, received, hint }: CheckStep): CheckStep {
    return Object.freeze({
      check,
      result,
      authenticator: this.#text(authenticator),
      ...(expected === undefined ? undefined : { expected: this.#text(expected) }),
      ...(received === undefined ? undefined : { received: this.#text(received) }),
      ...(hint === undefined ? undefined : { hint: this.#text(hint) }),
    });
  }

  #text(text: unknown): string {
    let safe = String(text);
    for (const secret of this.#secrets) safe = safe.replaceAll(secret, REMOVED);
    safe = safe.slice(0, MAX_SEARCHED).replaceAll(OTHER_JWT, REMOVED);
    const escaped = safe.slice(0, MAX_CHARACTERS + 1).replaceAll(UNPRINTABLE, escape);
    return escaped.length > MAX_CHARACTERS ? `${escaped.slice(0, MAX_CHARACTERS - 1)}…` : escaped;
  }
}

const FROM_PROVIDERS: ReadonlySet<CheckName> = new Set(['key', 'introspection']);

const REMOVED = '[removed]';
/** A claim may contain another token, which may be cut off at the end of the text. */
const OTHER_JWT = /eyJ[\w-]{8,}(?:\.[\w.-]*|$)/g;
/** Searching takes time that grows with the square of the length. */
const MAX_SEARCHED = 4096;

/** Control, format and unassigned characters, lone surrogates, and separators other than the space. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

function escape(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** The token, its proof and their segments; the longest first, because the token contains its segments. */
function secretsOf({ token, proof }: Credentials): readonly string[] {
  const whole = [token, ...(proof === undefined ? [] : [proof])];
  const segments = whole.flatMap((text) => text.split('.'));
  return [
    ...whole.filter((text) => text.length >= MIN_TOKEN_CHARACTERS),
    ...segments.filter((text) => text.length >= MIN_SEGMENT_CHARACTERS),
  ];
}
