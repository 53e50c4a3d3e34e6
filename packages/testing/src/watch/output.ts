import { inspect } from 'node:util';

const METHODS = ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'table'] as const;

/**
 * True if one of the secrets was printed while `run` ran, with console or to stdout or stderr. A line
 * with a secret is not printed; other lines are.
 */
export async function printsDuring(
  secrets: () => readonly string[],
  run: () => Promise<void>,
): Promise<boolean> {
  let printed = false;
  const isSecret = (parts: readonly unknown[]): boolean => {
    const text = parts.map(shown).join(' ');
    const found = secrets().some((secret) => text.includes(secret));
    printed ||= found;
    return found;
  };
  const undo = [
    ...METHODS.map((method) => intercept(console, method, isSecret)),
    intercept(process.stdout, 'write', isSecret),
    intercept(process.stderr, 'write', isSecret),
  ];
  try {
    await run();
  } finally {
    for (const restore of undo.toReversed()) restore();
  }
  return printed;
}

function intercept<M extends string>(
  holder: Record<M, unknown> | object,
  method: M,
  isSecret: (parts: readonly unknown[]) => boolean,
): () => void {
  const methods = holder as Record<M, (...parts: unknown[]) => unknown>;
  const original = methods[method];
  methods[method] = function print(this: unknown, ...parts: unknown[]): unknown {
    return isSecret(parts) ? true : original.apply(this, parts);
  };
  return () => {
    methods[method] = original;
  };
}

function shown(part: unknown): string {
  if (typeof part === 'string') return part;
  return part instanceof Uint8Array ? Buffer.from(part).toString() : inspectAll(part);
}

/** Everything that a debugger or a careless logger would show of a value. */
export function inspectAll(value: unknown): string {
  return inspect(value, {
    depth: 10,
    showHidden: true,
    maxArrayLength: null,
    maxStringLength: null,
    breakLength: Number.POSITIVE_INFINITY,
  });
}
