import type { ContractCheck } from './check.ts';
import { ABORT_CHECKS } from './checks/aborts.ts';
import { CACHE_CHECKS } from './checks/caches.ts';
import { CLOSING_CHECKS } from './checks/closing.ts';
import { CONSTANCY_CHECKS } from './checks/constancy.ts';
import { EXPIRY_CHECKS } from './checks/expiry.ts';
import { EXPLANATION_CHECKS } from './checks/explanations.ts';
import { IDENTITY_CHECKS } from './checks/identity.ts';
import { NETWORK_CHECKS } from './checks/network.ts';
import { REFUSAL_CHECKS } from './checks/refusals.ts';
import { REQUEST_CHECKS } from './checks/requests.ts';
import { REVOCATION_CHECKS } from './checks/revocation.ts';
import { ROTATION_CHECKS } from './checks/rotation.ts';
import { SCOPE_CHECKS } from './checks/scopes.ts';
import { SECRECY_CHECKS } from './checks/secrecy.ts';
import { SUBSCRIPTION_CHECKS } from './checks/subscriptions.ts';
import { TYPED_CLAIMS_CHECKS } from './checks/typed-claims.ts';
import { VERDICT_CHECKS } from './checks/verdicts.ts';

/** The whole contract, in the order in which it runs. */
export const CHECKS: readonly ContractCheck[] = [
  ...VERDICT_CHECKS,
  ...IDENTITY_CHECKS,
  ...REFUSAL_CHECKS,
  ...CONSTANCY_CHECKS,
  ...ABORT_CHECKS,
  ...SECRECY_CHECKS,
  ...EXPLANATION_CHECKS,
  ...CLOSING_CHECKS,
  ...SUBSCRIPTION_CHECKS,
  ...EXPIRY_CHECKS,
  ...CACHE_CHECKS,
  ...NETWORK_CHECKS,
  ...REQUEST_CHECKS,
  ...ROTATION_CHECKS,
  ...REVOCATION_CHECKS,
  ...SCOPE_CHECKS,
  ...TYPED_CLAIMS_CHECKS,
];
