import type { CheckInstance, ContractCheck } from './check.ts';
import { CHECKS } from './checks.ts';
import type { AuthenticatorSubject, SubjectInstance, TestRunner } from './subject.ts';

/**
 * Registers the contract of authenticators: one test per check. For each capability there are checks for
 * subjects that declare it, which must have it, and for subjects that do not, which must not have it.
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
 *       bad: async () => ['an-unknown-key'],
 *       close: async () => undefined,
 *     };
 *   },
 * });
 */
export function describeAuthenticator(runner: TestRunner, subject: AuthenticatorSubject): void {
  runner.describe(`the authenticator contract: ${subject.name}`, () => {
    for (const check of CHECKS) {
      if (applies(check, subject)) runner.it(check.name, () => runCheck(check, subject));
    }
  });
}

function applies(
  { having, lacking }: ContractCheck,
  { capabilities }: AuthenticatorSubject,
): boolean {
  if (having !== undefined) return capabilities.includes(having);
  return lacking === undefined || !capabilities.includes(lacking);
}

async function runCheck(check: ContractCheck, subject: AuthenticatorSubject): Promise<void> {
  const instances: CheckInstance[] = [];
  try {
    await check.run(async () => {
      const instance = closedOnce(await subject.create());
      instances.push(instance);
      return instance;
    });
  } finally {
    for (const instance of instances) await instance.close();
  }
}

/** A check may close an instance itself. */
function closedOnce(instance: SubjectInstance): CheckInstance {
  let closing: Promise<void> | undefined;
  return {
    authenticator: instance.authenticator,
    good: () => instance.good(),
    bad: () => instance.bad(),
    outage: instance.outage === undefined ? undefined : async () => instance.outage?.(),
    close: () => (closing ??= instance.close()),
  };
}
