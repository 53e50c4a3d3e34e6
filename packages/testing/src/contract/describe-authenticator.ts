import type { Law, LawInstance } from './law.ts';
import { LAWS } from './laws.ts';
import type { AuthenticatorSubject, SubjectInstance, TestRunner } from './subject.ts';

/**
 * The contract of authenticators: registers a test for each law, and for each capability one for yes or
 * one for no. A subject that declares a capability must show it; one that does not must not have it.
 *
 * @example
 * import { describe, it } from 'vitest'; // or 'node:test'
 *
 * describeAuthenticator({ describe, it }, {
 *   name: 'api keys',
 *   capabilities: ['scopes'],
 *   async create() {
 *     const authenticator = createApiKeyAuthenticator(accounts);
 *     return {
 *       authenticator,
 *       good: async () => KEY,
 *       bad: async () => ['a-key-that-nobody-has'],
 *       close: async () => undefined,
 *     };
 *   },
 * });
 */
export function describeAuthenticator(runner: TestRunner, subject: AuthenticatorSubject): void {
  runner.describe(`the authenticator contract: ${subject.name}`, () => {
    for (const law of LAWS) {
      if (applies(law, subject)) runner.it(law.name, () => put(law, subject));
    }
  });
}

function applies({ having, lacking }: Law, { capabilities }: AuthenticatorSubject): boolean {
  if (having !== undefined) return capabilities.includes(having);
  return lacking === undefined || !capabilities.includes(lacking);
}

async function put(law: Law, subject: AuthenticatorSubject): Promise<void> {
  const instances: LawInstance[] = [];
  try {
    await law.holds(async () => {
      const instance = closedOnce(await subject.create());
      instances.push(instance);
      return instance;
    });
  } finally {
    for (const instance of instances) await instance.close();
  }
}

/** A law may close an instance itself. */
function closedOnce(instance: SubjectInstance): LawInstance {
  let closing: Promise<void> | undefined;
  return {
    authenticator: instance.authenticator,
    good: () => instance.good(),
    bad: () => instance.bad(),
    outage: instance.outage === undefined ? undefined : async () => instance.outage?.(),
    close: () => (closing ??= instance.close()),
  };
}
