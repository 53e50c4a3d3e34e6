import { readAuthFailure } from '@grpc-authn/core/client';
import { ProviderError } from './sign-in.ts';

/** What a user can do about an error, and what the page says. */
export interface Problem {
  readonly kind: 'scope' | 'signed out' | 'outage' | 'other';
  readonly title: string;
  readonly text: string;
  /** That the token lacks. */
  readonly missingScopes: readonly string[];
}

export function problemOf(error: unknown): Problem {
  const causes = causesOf(error);
  const failure = readAuthFailure(error);
  const missingScopes = failure?.requiredScopes ?? [];
  const problem = (kind: Problem['kind'], title: string, text: string): Problem => {
    return { kind, title, text, missingScopes };
  };
  if (failure?.reason === 'SCOPE_INSUFFICIENT') {
    return problem('scope', 'More access is needed', 'The server refused the call.');
  }
  if (failure?.reason === 'AUTH_UNAVAILABLE') {
    return problem(
      'outage',
      'The server cannot verify tokens',
      'It does not reach the sign-in service at the moment.',
    );
  }
  if (causes.some(({ error: code }) => code === 'invalid_grant')) {
    return problem('signed out', 'You are signed out', 'Your session has ended. Sign in again.');
  }
  const isOutage = causes.some(
    (cause) => cause instanceof TypeError || OUTAGES.has(String(cause.code)),
  );
  const isProvider = causes.some((cause) => cause instanceof ProviderError);
  if (isOutage) {
    const service = isProvider ? 'sign-in service' : 'server';
    return problem(
      'outage',
      `The ${service} does not answer`,
      'It may be down, or your device is offline.',
    );
  }
  if (isProvider) {
    return problem('other', 'The sign-in did not finish', 'The sign-in service refused it.');
  }
  return problem('other', 'Something went wrong', 'The call failed for an unknown reason.');
}

/** Codes of openid-client: no answer in time, or one of something in between. */
const OUTAGES: ReadonlySet<string> = new Set(['OAUTH_TIMEOUT', 'OAUTH_RESPONSE_IS_NOT_CONFORM']);

/** `error` is the code of a provider's answer (RFC 6749, section 5.2), `code` one of openid-client. */
type Cause = Error & { readonly error?: unknown; readonly code?: unknown };

function causesOf(error: unknown): readonly Cause[] {
  const causes: Cause[] = [];
  for (let next = error; next instanceof Error; next = next.cause) causes.push(next);
  return causes;
}
