/** Shorter tokens are not removed, because they also occur in ordinary text. */
const MIN_TOKEN_LENGTH = 6;
const MIN_PART_LENGTH = 12;
/** A claim or an answer may contain another token. */
const JWT = /eyJ[\w-]{8,}(?:\.[\w.-]*|$)/g;

/**
 * Removes tokens from a text. No command puts a token into its output; this also covers what others write,
 * such as a server that repeats the token in its status message.
 */
export class Redactor {
  readonly #secrets = new Set<string>();

  /** The token as a whole, and each of its parts. */
  add(token: string): void {
    if (token.length >= MIN_TOKEN_LENGTH) this.#secrets.add(token);
    for (const part of token.split(/[.\s]+/)) {
      if (part.length >= MIN_PART_LENGTH) this.#secrets.add(part);
    }
  }

  redact(text: string): string {
    let redacted = text;
    const longestFirst = [...this.#secrets].toSorted((a, b) => b.length - a.length);
    for (const secret of longestFirst) redacted = redacted.replaceAll(secret, '[token]');
    return redacted.replaceAll(JWT, '[token]');
  }
}
