import {
  AuthError,
  type AuthEvent,
  type ManagedAuthenticator,
  type Principal,
  type Verdict,
} from '@grpc-authn/core/authenticator';
import { onTestFinished } from 'vitest';
import { createIntrospectionAuthenticator } from '../../src/index.ts';

type Options = Parameters<typeof createIntrospectionAuthenticator>[0];

export const CLIENT_ID = 'orders-service';
/** Only the provider may ever see it. */
export const SECRET = 'canary-secret-of-the-client';

export interface Subject {
  readonly authenticator: ManagedAuthenticator<object>;
  /** What it reported, oldest first. */
  readonly events: readonly AuthEvent[];
  readonly verdict: (
    token: string,
    signal?: AbortSignal,
    address?: string,
  ) => Promise<Verdict<object>>;
  /** 'accepted', or code/reason. */
  readonly decide: (token: string, signal?: AbortSignal, address?: string) => Promise<string>;
  /** Fails if the token is rejected. */
  readonly principal: (token: string) => Promise<Principal<object>>;
  /** Fails if the token is accepted. */
  readonly refusal: (token: string) => Promise<AuthError>;
}

/** For the audience 'orders', with a client secret; closed when the test ends. */
export function createSubject(
  { issuer, endpoint }: { readonly issuer?: string; readonly endpoint?: string },
  options: Partial<Options> = {},
): Subject {
  const events: AuthEvent[] = [];
  const authenticator: ManagedAuthenticator<object> = createIntrospectionAuthenticator({
    clientId: CLIENT_ID,
    clientAuthentication: { method: 'client_secret_basic', secret: SECRET },
    audience: 'orders',
    report: (event) => events.push(event),
    ...(issuer === undefined ? {} : { issuer }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...options,
  } as Options);
  onTestFinished(() => authenticator.close());
  const verdict = async (
    token: string,
    signal = new AbortController().signal,
    address = '192.0.2.1:50000',
  ): Promise<Verdict<object>> =>
    authenticator.authenticate(
      { scheme: 'bearer', token },
      { method: '/orders.v1.Orders/List', signal, peer: { address } },
    );
  return {
    authenticator,
    events,
    verdict,
    decide: async (...call) => formatVerdict(await verdict(...call)),
    async principal(token) {
      const answer = await verdict(token);
      if (AuthError.is(answer)) throw new Error(`rejected: ${formatVerdict(answer)}`);
      return answer;
    },
    async refusal(token) {
      const answer = await verdict(token);
      if (AuthError.is(answer)) return answer;
      throw new Error('accepted');
    },
  };
}

export function formatVerdict(verdict: Verdict<object>): string {
  return AuthError.is(verdict) ? `${verdict.code}/${verdict.reason}` : 'accepted';
}

/** Everything that an operator may see of an outage. */
export function causeOf(error: AuthError): string {
  return error.cause instanceof Error ? error.cause.message : String(error.cause);
}
