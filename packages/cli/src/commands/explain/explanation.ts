import type { AuthError, Principal } from '@grpc-authn/core';

export interface CheckStep {
  readonly check: string;
  readonly result: 'passed' | 'failed' | 'not_reached';
  readonly authenticator: string;
  readonly expected?: string;
  readonly received?: string;
  readonly hint?: string;
}
export interface Explanation {
  readonly outcome: 'allowed' | 'refused' | 'would_refuse' | 'unavailable' | 'internal';
  readonly steps: readonly CheckStep[];
  readonly error: AuthError | undefined;
  readonly principal: Principal<object> | undefined;
}
