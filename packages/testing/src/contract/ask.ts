import {
  AuthError,
  type AuthenticationContext,
  type Authenticator,
  type Credentials,
  type Principal,
} from '@grpc-authn/core/authenticator';
import { isPrincipal } from '@grpc-authn/core/internal';

/** The outcome of a call. A thrown AuthError counts as a returned one. */
export type Answer =
  | { readonly kind: 'accepted'; readonly principal: Principal<object> }
  | { readonly kind: 'refused'; readonly error: AuthError }
  /** Neither a principal nor an AuthError. */
  | { readonly kind: 'invalid'; readonly what: string };

/** The first scheme of the authenticator. */
export function schemeOf({ schemes }: Authenticator<object>): string {
  return schemes?.[0] ?? 'bearer';
}

export function credentialsOf(authenticator: Authenticator<object>, token: string): Credentials {
  return { scheme: schemeOf(authenticator), token };
}

export function contextWith(
  signal: AbortSignal = new AbortController().signal,
): AuthenticationContext {
  return { method: '/kit.v1.Kit/Ask', signal };
}

export async function ask(
  authenticator: Authenticator<object>,
  token: string,
  context: AuthenticationContext = contextWith(),
): Promise<Answer> {
  return askWith(authenticator, credentialsOf(authenticator, token), context);
}

export async function askWith(
  authenticator: Authenticator<object>,
  credentials: Credentials,
  context: AuthenticationContext = contextWith(),
): Promise<Answer> {
  try {
    return read(await authenticator.authenticate(credentials, context));
  } catch (thrown) {
    if (AuthError.is(thrown)) return { kind: 'refused', error: thrown };
    return { kind: 'invalid', what: `it threw ${kindOf(thrown)}` };
  }
}

export async function accepts(
  authenticator: Authenticator<object>,
  token: string,
): Promise<boolean> {
  return (await ask(authenticator, token)).kind === 'accepted';
}

/** The principal for a token, or undefined if the token is refused: another check fails then. */
export async function principalOf(
  authenticator: Authenticator<object>,
  token: string,
): Promise<Principal<object> | undefined> {
  const answer = await ask(authenticator, token);
  return answer.kind === 'accepted' ? answer.principal : undefined;
}

/** Contains no part of the token. */
export function formatAnswer(answer: Answer): string {
  if (answer.kind === 'refused') return `${answer.error.code}/${answer.error.reason}`;
  return answer.kind === 'accepted' ? 'accepted' : answer.what;
}

function read(verdict: unknown): Answer {
  if (AuthError.is(verdict)) return { kind: 'refused', error: verdict };
  if (isPrincipal(verdict)) return { kind: 'accepted', principal: verdict };
  return { kind: 'invalid', what: `it answered with ${kindOf(verdict)}` };
}

function kindOf(value: unknown): string {
  if (value instanceof Error) return `an error named ${value.name}`;
  return value === null ? 'null' : `a value of type ${typeof value}`;
}
