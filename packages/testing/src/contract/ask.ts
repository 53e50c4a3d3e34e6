import {
  AuthError,
  type AuthenticationContext,
  type Authenticator,
  type Credentials,
  type Principal,
} from '@grpc-authn/core/authenticator';
import { isPrincipal } from '@grpc-authn/core/internal';

/** What came of asking: a thrown AuthError means the same as a returned one. */
export type Answer =
  | { readonly kind: 'accepted'; readonly principal: Principal<object> }
  | { readonly kind: 'refused'; readonly error: AuthError }
  /** Neither principal nor AuthError. */
  | { readonly kind: 'strange'; readonly what: string };

/** What the authenticator understands; the first of several. */
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
    return { kind: 'strange', what: `it threw ${kindOf(thrown)}` };
  }
}

export async function accepts(
  authenticator: Authenticator<object>,
  token: string,
): Promise<boolean> {
  return (await ask(authenticator, token)).kind === 'accepted';
}

/** The principal for a token, or undefined where there is none: another law tells of that. */
export async function principalOf(
  authenticator: Authenticator<object>,
  token: string,
): Promise<Principal<object> | undefined> {
  const answer = await ask(authenticator, token);
  return answer.kind === 'accepted' ? answer.principal : undefined;
}

/** In words that hold nothing of the token. */
export function wordsFor(answer: Answer): string {
  if (answer.kind === 'refused') return `${answer.error.code}/${answer.error.reason}`;
  return answer.kind === 'accepted' ? 'accepted' : answer.what;
}

function read(verdict: unknown): Answer {
  if (AuthError.is(verdict)) return { kind: 'refused', error: verdict };
  if (isPrincipal(verdict)) return { kind: 'accepted', principal: verdict };
  return { kind: 'strange', what: `it answered with ${kindOf(verdict)}` };
}

function kindOf(value: unknown): string {
  if (value instanceof Error) return `an error named ${value.name}`;
  return value === null ? 'null' : `a value of type ${typeof value}`;
}
