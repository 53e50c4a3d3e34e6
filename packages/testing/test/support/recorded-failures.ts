import { type AuthenticatorSubject, describeAuthenticator } from '../../src/index.ts';

/** The names of the checks that the kit registers for a subject. */
export function checksOf(subject: AuthenticatorSubject): readonly string[] {
  return registered(subject).map(({ name }) => name);
}

/** Runs the kit as a runner would. Returns the messages of the failed checks, by their names. */
export async function failuresOf(
  subject: AuthenticatorSubject,
): Promise<Readonly<Record<string, string>>> {
  const failures: Record<string, string> = {};
  // The kit must notice a broken sample's rejections, not this test run.
  const others = process.rawListeners('unhandledRejection') as (() => void)[];
  const ignore = (): void => undefined;
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', ignore);
  try {
    for (const { name, body } of registered(subject)) {
      await body().catch((error: Error) => {
        failures[name] = error.message;
      });
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    process.off('unhandledRejection', ignore);
    for (const other of others) process.on('unhandledRejection', other);
  }
  return failures;
}

interface Registered {
  readonly name: string;
  readonly body: () => Promise<void>;
}

function registered(subject: AuthenticatorSubject): readonly Registered[] {
  const tests: Registered[] = [];
  const runner = {
    describe: (_: string, body: () => void): void => body(),
    it: (name: string, body: () => Promise<void>) => tests.push({ name, body }),
  };
  describeAuthenticator(runner, subject);
  return tests;
}
