import type { Authenticator } from '../../src/contract/authenticator.ts';
import {
  createPrincipal,
  type Principal,
  type PrincipalInit,
} from '../../src/contract/principal.ts';
import type { AuthError } from '../../src/errors/auth-error.ts';
import { type Decided, Gate } from './gate.ts';
import type { Rule } from '../../src/policy/rule.ts';
import { CallContext } from './call-context.ts';
import { ManualClock } from './manual-clock.ts';
import { stubAuthenticator } from './stub-authenticator.ts';

export const CREDENTIALS = { scheme: 'bearer', token: 'token' };

/** A verified caller, as a test wants it. */
export function caller(init: Partial<PrincipalInit<object>> = {}): Principal<object> {
  return createPrincipal({ authenticator: 'stub', subject: 'alice', ...init });
}

export interface Asked {
  readonly decided: Decided | Promise<Decided>;
  /** What a dry run would have refused. */
  readonly reported: readonly AuthError[];
}

/** One call against one rule, by the real gate. */
export function ask(
  rule: Rule,
  more: {
    readonly principal?: Principal<object>;
    readonly authenticator?: Authenticator<object>;
    readonly credentials?: typeof CREDENTIALS | undefined;
    readonly clock?: ManualClock;
  } = {},
): Asked {
  const { principal = caller(), clock = new ManualClock() } = more;
  const authenticator = more.authenticator ?? stubAuthenticator(() => principal);
  const reported: AuthError[] = [];
  const gate = new Gate({ authenticator }, clock);
  const credentials = 'credentials' in more ? more.credentials : CREDENTIALS;
  const observer = { wouldRefuse: (error: AuthError): void => void reported.push(error) };
  return { decided: gate.decide(rule, credentials, new CallContext(), observer), reported };
}

/** Who has these scopes, against the rule. */
export function askWithScopes(rule: Rule, ...scopes: readonly string[]): Asked['decided'] {
  return ask(rule, { principal: caller({ scopes }) }).decided;
}

/** Who has these claims, against the rule. */
export function askWithClaims(rule: Rule, claims: object): Asked['decided'] {
  return ask(rule, { principal: caller({ claims }) }).decided;
}

/** An authenticator that confirms, and how often it was asked. */
export class SecondOpinion implements Authenticator<object> {
  readonly name: string;
  asked = 0;
  readonly #answer: () => unknown;

  constructor(answer: () => unknown, name = 'second') {
    this.#answer = answer;
    this.name = name;
  }

  authenticate(): ReturnType<Authenticator<object>['authenticate']> {
    this.asked += 1;
    return this.#answer() as ReturnType<Authenticator<object>['authenticate']>;
  }
}
