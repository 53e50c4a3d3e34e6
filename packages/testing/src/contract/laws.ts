import type { Law } from './law.ts';
import { ABORT_LAWS } from './laws/aborts.ts';
import { CACHE_LAWS } from './laws/caches.ts';
import { CLOSING_LAWS } from './laws/closing.ts';
import { CONSTANCY_LAWS } from './laws/constancy.ts';
import { EXPIRY_LAWS } from './laws/expiry.ts';
import { IDENTITY_LAWS } from './laws/identity.ts';
import { NETWORK_LAWS } from './laws/network.ts';
import { REFUSAL_LAWS } from './laws/refusals.ts';
import { REVOCATION_LAWS } from './laws/revocation.ts';
import { ROTATION_LAWS } from './laws/rotation.ts';
import { SCOPE_LAWS } from './laws/scopes.ts';
import { SECRECY_LAWS } from './laws/secrecy.ts';
import { TYPED_CLAIMS_LAWS } from './laws/typed-claims.ts';
import { VERDICT_LAWS } from './laws/verdicts.ts';

/** The whole contract, in the order in which it is told. */
export const LAWS: readonly Law[] = [
  ...VERDICT_LAWS,
  ...IDENTITY_LAWS,
  ...REFUSAL_LAWS,
  ...CONSTANCY_LAWS,
  ...ABORT_LAWS,
  ...SECRECY_LAWS,
  ...CLOSING_LAWS,
  ...EXPIRY_LAWS,
  ...CACHE_LAWS,
  ...NETWORK_LAWS,
  ...ROTATION_LAWS,
  ...REVOCATION_LAWS,
  ...SCOPE_LAWS,
  ...TYPED_CLAIMS_LAWS,
];
