import {
  AuthError,
  type Authenticator,
  type AuthenticatorEvent,
  createPrincipal,
  type PrincipalInit,
} from '@grpc-authn/core/authenticator';

/** Tokens are the names of callers; `bad` and what begins with it is refused. */
export function names(init: Partial<PrincipalInit> = {}): Authenticator {
  return {
    name: 'names',
    schemes: ['bearer'],
    authenticate: ({ token }) =>
      token.startsWith('bad')
        ? new AuthError('invalid_token', 'signature')
        : createPrincipal({ authenticator: 'names', subject: token, scopes: ['read'], ...init }),
  };
}

/** The same, whose callers can be revoked. */
export function revocable(): {
  authenticator: Authenticator;
  readonly revoke: (subject: string) => void;
} {
  const listeners = new Set<(event: AuthenticatorEvent) => void>();
  return {
    authenticator: {
      ...names(),
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    revoke: (subject) => {
      for (const listener of listeners) {
        listener({ type: 'revoked', matches: (principal) => principal.subject === subject });
      }
    },
  };
}
