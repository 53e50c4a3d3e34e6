import type { Capability } from '../../src/index.ts';
import type { Build } from './table.ts';
import { ABORT_SAMPLES } from './broken/aborts.ts';
import { CAPABILITY_SAMPLES } from './broken/capabilities.ts';
import { CLOSING_SAMPLES } from './broken/closing.ts';
import { CONSTANCY_SAMPLES } from './broken/constancy.ts';
import { EXPLANATION_SAMPLES } from './broken/explanations.ts';
import { NETWORK_SAMPLES } from './broken/network.ts';
import { OUTAGE_SAMPLES } from './broken/outages.ts';
import { REFUSAL_SAMPLES } from './broken/refusals.ts';
import { REQUEST_SAMPLES } from './broken/requests.ts';
import { ROTATION_SAMPLES } from './broken/rotation.ts';
import { SECRECY_SAMPLES } from './broken/secrecy.ts';
import { VERDICT_SAMPLES } from './broken/verdicts.ts';

/** An authenticator that fails one check. */
export interface BrokenSample {
  readonly breaks: string;
  /** What it does wrong. */
  readonly by: string;
  readonly capabilities?: readonly Capability[];
  readonly build: Build;
}

export const BROKEN_SAMPLES: readonly BrokenSample[] = [
  ...VERDICT_SAMPLES,
  ...REFUSAL_SAMPLES,
  ...CONSTANCY_SAMPLES,
  ...ABORT_SAMPLES,
  ...SECRECY_SAMPLES,
  ...EXPLANATION_SAMPLES,
  ...CLOSING_SAMPLES,
  ...NETWORK_SAMPLES,
  ...OUTAGE_SAMPLES,
  ...REQUEST_SAMPLES,
  ...ROTATION_SAMPLES,
  ...CAPABILITY_SAMPLES,
];
