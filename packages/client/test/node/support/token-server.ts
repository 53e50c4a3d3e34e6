import type { ServerOptions } from 'node:https';
import { onTestFinished } from 'vitest';
import {
  METADATA_PATH,
  type ProviderServer,
  type Question,
  startProvider,
} from '../../../../introspection/test/support/provider-server.ts';
import {
  type CountedClock,
  createCountedClock,
} from '../../../../jwks/test/support/counted-clock.ts';
import type { RenewalOptions, TokenSource } from '../../../src/index.ts';
import { createClientCredentialsSource, type TokenEndpointOptions } from '../../../src/node.ts';

export const CLIENT_ID = 'billing-service';
/** Only the provider may ever see it. */
export const SECRET = 'canary-secret-of-the-client';
export const TOKENS = { access_token: 't1', token_type: 'Bearer', expires_in: 600 };

/** A provider on loopback whose token endpoint answers as a test says; `questions` are its requests. */
export async function startTokenServer(tls?: ServerOptions): Promise<ProviderServer> {
  const provider = await startProvider(tls);
  const { origin: issuer, endpoint } = provider;
  provider.publish(METADATA_PATH, { issuer, token_endpoint: endpoint });
  provider.say(TOKENS);
  return provider;
}

/** The parameters of a request, in a fixed order. */
export function sortedForm(question: Question | undefined): readonly (readonly string[])[] {
  const form = new URLSearchParams(question?.form);
  form.sort();
  return [...form];
}

export interface Subject {
  readonly source: TokenSource;
  readonly clock: CountedClock;
  /** The types of the events, oldest first. */
  readonly events: readonly string[];
  readonly token: () => Promise<string>;
  /** Fails if there is a token. */
  readonly error: () => Promise<Error>;
}

/** Closed when the test ends. */
export function createSubject(
  { origin: issuer }: { readonly origin: string },
  options: Partial<TokenEndpointOptions> = {},
): Subject {
  return createSubjectOf((renewal) =>
    createClientCredentialsSource({
      issuer,
      clientId: CLIENT_ID,
      clientAuthentication: { method: 'client_secret_basic', secret: SECRET },
      ...renewal,
      ...options,
    }),
  );
}

export function createSubjectOf(
  create: (options: Required<Pick<RenewalOptions, 'clock' | 'report'>>) => TokenSource,
): Subject {
  const clock = createCountedClock();
  const events: string[] = [];
  const source = create({ clock, report: ({ type }) => events.push(type) });
  onTestFinished(() => source.close());
  return {
    source,
    clock,
    events,
    token: async () => (await source.get()).token,
    async error() {
      const error: unknown = await source.get().then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (error instanceof Error) return error;
      throw new Error('expected an error, received a token');
    },
  };
}
