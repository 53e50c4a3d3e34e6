/** What explain() reports, in the order of the checks. */
export const CHECK_NAMES = [
  'credentials',
  'format',
  'header',
  'algorithm',
  'type',
  'issuer',
  'audience',
  'token_use',
  'expiry',
  'not_before',
  'issued_at',
  'required_claims',
  'subject',
  'pins',
  'key',
  'signature',
  'introspection',
  'claims_schema',
  'binding',
  'rule',
] as const;

export type CheckName = (typeof CHECK_NAMES)[number];

/** One check of one authenticator. `expected`, `received` and `hint` are for people, and may change. */
export interface CheckStep {
  readonly check: CheckName;
  /** `not_reached`: an earlier check failed, or another authenticator decided. */
  readonly result: 'passed' | 'failed' | 'not_reached';
  readonly authenticator: string;
  readonly expected?: string;
  /** May contain claim values, which appear nowhere else. Never a token, a secret or a signature. */
  readonly received?: string;
  /** The one change that lets the check pass. */
  readonly hint?: string;
}
