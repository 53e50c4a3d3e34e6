const MIN_DISTINCT_BYTES = 8;
/** A shorter part that repeats is what an attacker guesses. */
const MIN_PERIOD = 16;
/** Random bytes have this many equal steps with a probability of less than 2^-150. */
const EQUAL_STEPS = 0.75;

/**
 * Words of example secrets, without those that occur in descriptions only. A secret of nothing else is
 * guessed from a word list in no time, whatever its length.
 */
const WORDS: readonly string[] = [
  'change|changeit|changeme|please|replace|default|example|sample|demo|test|testing|dummy|todo',
  'secret|secrets|topsecret|password|passwd|passw0rd|pass|passphrase|key|keys|token',
  'my|your|super|very|the|this|is|jwt|jws|hmac|hs256|sha256|sign|signing|signature|private|shared',
  'app|api|auth|server|service|access|refresh|dev|development|prod|production|local|localhost',
  'admin|root|user|guest|login|letmein|welcome|hello|world|foo|bar|baz|qux|insecure|keyboardcat',
  'qwertyuiop|qwerty|asdfghjkl|asdfgh|asdf|zxcvbnm|zxcv|abcdefghijklmnopqrstuvwxyz|abc|abcdef',
  'deadbeef|cafebabe|random|string|long|bit|bits',
  // The example of jwt.io.
  'astringsecretatleast256bitslong',
];
const GUESSABLE = new RegExp(`^(?:${WORDS.join('|')}|[0-9])+$`);

/**
 * Why a secret of enough bytes is weak all the same; undefined if it may be random. `written` is its text in a
 * config: someone may have written words where base64 was expected.
 */
export function findWeakness(secret: Uint8Array, written = ''): string | undefined {
  const bytes = Buffer.from(secret);
  if (new Set(bytes).size < MIN_DISTINCT_BYTES) {
    return `has fewer than ${MIN_DISTINCT_BYTES} different bytes`;
  }
  if (repeats(bytes)) return `repeats a part of fewer than ${MIN_PERIOD} bytes`;
  if (isRun(bytes)) return 'is a run of bytes';
  const guessable = [bytes.toString('latin1'), written].some(isGuessable);
  return guessable ? 'has only words of example secrets' : undefined;
}

/** True for text of common words and digits alone. Other characters between them make no difference. */
function isGuessable(text: string): boolean {
  const letters = text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  // Random bytes rarely are text, so most of them must be.
  return letters.length > text.length / 2 && GUESSABLE.test(letters);
}

function repeats(bytes: Buffer): boolean {
  for (let period = 1; period < MIN_PERIOD; period += 1) {
    if (bytes.subarray(period).equals(bytes.subarray(0, -period))) return true;
  }
  return false;
}

/** 'abcdef…', '9876…', 'aAbBcC…': the steps from byte to byte are mostly equal, or every second one is. */
function isRun(bytes: Buffer): boolean {
  const steps = [...bytes.subarray(1)].map((byte, index) => byte - (bytes[index] ?? 0));
  return [1, 2].some((distance) => {
    const later = steps.slice(distance);
    const equal = later.filter((step, index) => step === steps[index]).length;
    return equal >= later.length * EQUAL_STEPS;
  });
}
