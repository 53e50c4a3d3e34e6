import { describeSecret, describeValue, wrongOption } from '@grpc-authn/core/internal';
import type { AccessToken } from '../access-token.ts';
import type { TokenSource } from '../token-source.ts';
import { createClosingSource } from './closing-source.ts';
import { readTokenEndpointOptions, type TokenEndpointOptions } from './token-endpoint-options.ts';
import { TokenEndpoint } from './token-endpoint.ts';

/** RFC 6749, appendix A.17. A line break at the end of a file is no part of it. */
const REFRESH_TOKEN = /^[\x20-\x7E]+$/;

/** Where the refresh token is stored. */
interface Store {
  /** Called before each request: the stored token is the one that counts. */
  load(): string | Promise<string>;
  /** Called with each new refresh token, and awaited before the new access token is used. */
  save(refreshToken: string): void | Promise<void>;
}

/**
 * Tokens of a user who signed in (RFC 6749, section 6). A provider may answer with a new refresh token, which
 * replaces the old one: `save` must store it durably, and retry by itself. If it rejects, the new access token is
 * not used, and the next attempt loads the stored one. Requests are sent one at a time, and are not aborted by
 * `close()`, which waits for the answer to be saved.
 *
 * @throws ConfigError for a wrong option.
 * @example
 * createRefreshTokenSource({
 *   issuer: 'https://id.example.com',
 *   clientId: 'orders-cli',
 *   store: { load: () => keychain.read(), save: (refreshToken) => keychain.write(refreshToken) },
 * });
 */
export function createRefreshTokenSource(
  options: TokenEndpointOptions & {
    readonly store: {
      load(): string | Promise<string>;
      save(refreshToken: string): void | Promise<void>;
    };
  },
): TokenSource {
  const settings = readTokenEndpointOptions('createRefreshTokenSource', options, ['store']);
  const store = checkStore(options.store);
  const endpoint = new TokenEndpoint(settings);
  const refresh = async (signal: AbortSignal): Promise<AccessToken> => {
    // It may have waited for the one before it.
    signal.throwIfAborted();
    const current = await load(store);
    return endpoint.request({
      grant: 'refresh_token',
      parameters: [['refresh_token', current]],
      signal,
      onRefreshToken: async (next) => {
        if (next !== current) await save(store, next);
      },
    });
  };
  /** A request that took too long for its callers still uses up the refresh token. */
  let last: Promise<unknown> = Promise.resolve();
  return createClosingSource(
    ({ signal }) => {
      const token = last.then(() => refresh(signal));
      last = token.catch(() => undefined);
      return token;
    },
    settings.renewal,
    async () => {
      await last;
      await endpoint.close();
    },
  );
}

function checkStore(store: unknown): Store {
  if (typeof store !== 'object' || store === null) {
    throw wrongOption('store', describeSecret(store), 'an object with load and save');
  }
  for (const name of ['load', 'save'] as const) {
    const method: unknown = (store as Partial<Store>)[name];
    if (typeof method !== 'function') {
      throw wrongOption(`store.${name}`, describeValue(method), 'a function');
    }
  }
  return store as Store;
}

async function load(store: Store): Promise<string> {
  let token: unknown;
  try {
    token = await store.load();
  } catch (error) {
    throw storeError('load', `expected a refresh token, but it failed (${nameOf(error)})`);
  }
  if (typeof token === 'string' && REFRESH_TOKEN.test(token)) return token;
  throw storeError(
    'load',
    `expected a refresh token without line breaks, received ${describeSecret(token)}`,
  );
}

async function save(store: Store, refreshToken: string): Promise<void> {
  try {
    await store.save(refreshToken);
  } catch (error) {
    throw storeError(
      'save',
      `the new refresh token was not saved (${nameOf(error)}), so the new access token is not used`,
    );
  }
}

/** Without the error as its cause, which may show the token: errors of databases show parameters. */
function storeError(method: keyof Store, message: string): Error {
  return new Error(`store.${method}: ${message}`);
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' && /^\w{1,40}$/.test(code) ? code : error.constructor.name;
}
