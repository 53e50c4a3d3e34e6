import type { ContractCheck } from './check.ts';
import type { CheckInstance, CreateInstance } from './instance.ts';
import { CHECKS } from './checks.ts';
import { observeOutages, type Outages } from './outages.ts';
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
    let outages: Promise<Outages | undefined> | undefined;
    const observe = (): Promise<Outages | undefined> =>
      (outages ??= withInstances(subject, observeOutages));
    for (const check of CHECKS) {
      if (!applies(check, subject)) continue;
      runner.it(check.name, () => withInstances(subject, (create) => check.run(create, observe)));
    }
    if (!subject.capabilities.includes('network')) showSkipped(runner);
  });
}

/** A subject that should declare `network` but does not must not look as if its outages were tested. */
function showSkipped({ it }: TestRunner): void {
  const count = CHECKS.filter(({ having }) => having === 'network').length;
  const name = `(skipped: ${count} checks of outages, because it does not declare "network")`;
  const empty = async (): Promise<void> => undefined;
  if (it.skip === undefined) it(name, empty);
  else it.skip(name, empty);
}

function applies(
  { having, lacking }: ContractCheck,
  { capabilities }: AuthenticatorSubject,
): boolean {
  if (having !== undefined) return capabilities.includes(having);
  return lacking === undefined || !capabilities.includes(lacking);
}

/** Closes all instances at the end. */
async function withInstances<T>(
  subject: AuthenticatorSubject,
  run: (create: CreateInstance) => Promise<T>,
): Promise<T> {
  const instances: CheckInstance[] = [];
  try {
    return await run(async () => {
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
    outage: instance.outage === undefined ? undefined : async (kind) => instance.outage?.(kind),
    close: () => (closing ??= instance.close()),
  };
}
