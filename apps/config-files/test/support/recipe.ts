import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadAuth, type LoadedAuth } from '@grpc-authn/config';
import type { AuthenticatorAdapter } from '@grpc-authn/config/adapter';
import { AuthError, type JsonObject, type Principal, type TransportCall } from '@grpc-authn/core';
import { adapter as introspection } from '@grpc-authn/introspection/adapter';
import { adapter as jwks } from '@grpc-authn/jwks/adapter';
import { adapter as oidc } from '@grpc-authn/oidc/adapter';
import { adapter as spiffe } from '@grpc-authn/spiffe/adapter';
import { startTestIssuer, type TestIssuer } from '@grpc-authn/testing';
import { afterAll, beforeAll, expect, onTestFinished, type RunnerTestSuite, vi } from 'vitest';
import { createFolder } from '../../../../packages/config/test/support/config-folder.ts';

/** The methods that the recipes' policies name. */
export const LIST = 'orders.v1.Orders/List';
export const REFUND = 'orders.v1.Orders/Refund';

export const RECIPES: string = join(import.meta.dirname, '../../../../docs/recipes');

/** What a provider publishes at its own addresses. */
export interface Provider {
  /** Published documents by URL. */
  readonly documents: Readonly<Record<string, JsonObject>>;
  readonly keysUrl: string;
  /** The algorithm of its signatures; default RS256. */
  readonly algorithm?: 'RS256' | 'ES256' | 'ES384';
  /** Its introspection endpoint, and what it answers about a token. */
  readonly introspection?: {
    readonly url: string;
    readonly answer: (token: string | null) => object;
  };
  /** Rewrites the key set as the provider does; default unchanged. */
  readonly keySet?: (keys: readonly JsonObject[]) => readonly object[];
}

export interface RecipeOptions {
  /** Changes the file's text. */
  readonly edit?: (text: string) => string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Recipe {
  readonly auth: LoadedAuth<object>;
  /** The folder of the file. */
  readonly folder: string;
  /** The requests to the provider. */
  readonly requests: readonly Request[];
  /** 'allowed', or code/reason; default method List. */
  readonly ask: (token: string, method?: string) => Promise<string>;
  /** The same for a call with this one header, read as the file's `credentials` say. */
  readonly askWith: (header: string, value: string, method?: string) => Promise<string>;
  readonly principalOf: (token: string) => Promise<Principal<object>>;
}

export interface RecipeSubject {
  readonly load: (options?: RecipeOptions) => Promise<Recipe>;
  /** Signed by the provider's key. It has the given members, `iat` and `exp`, and no others. */
  readonly sign: (header: object, payload: object) => Promise<string>;
  /** The same token, signed by the provider's key for PS256, which no recipe allows. */
  readonly signOtherwise: (token: string) => Promise<string>;
}

/** The tokens that a recipe accepted, and the wrong ones that it refused. */
interface Seen {
  readonly accepted: Set<string>;
  readonly refused: Set<string>;
  /** Its tests. */
  suite: Readonly<RunnerTestSuite> | undefined;
}

/** By recipe: a file may be tested in several groups. */
const SEEN = new Map<string, Seen>();

const MIN_REFUSED = 3;

/**
 * The recipe of this name from the documents, with a provider whose documents and keys are at its own
 * addresses. Other URLs get 404, and no request leaves the process. The tests of each recipe must show a token
 * that it accepts and three wrong ones that it refuses.
 */
export function useRecipe(
  name: string,
  provider: Provider,
  env: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>> = {},
): RecipeSubject {
  let issuer: TestIssuer;
  const { algorithm = 'RS256', introspection: endpoint } = provider;
  beforeAll(async () => {
    issuer = await startTestIssuer({ algorithms: [algorithm, 'PS256'] });
  });
  afterAll(() => issuer.close());

  const seen = SEEN.get(name) ?? { accepted: new Set(), refused: new Set(), suite: undefined };
  SEEN.set(name, seen);
  afterAll(() => {
    if (seen.suite === undefined || !isComplete(seen.suite)) return;
    expect(seen.accepted.size, `tokens that ${name} accepts`).toBeGreaterThan(0);
    const what = `wrong tokens that ${name} refuses`;
    expect(seen.refused.size, what).toBeGreaterThanOrEqual(MIN_REFUSED);
  });

  async function answer(request: Request): Promise<Response> {
    const { url } = request;
    if (endpoint?.url === url) {
      const form = new URLSearchParams(await request.clone().text());
      return Response.json(endpoint.answer(form.get('token')));
    }
    const document = provider.documents[url];
    if (document !== undefined) return Response.json(document);
    if (url !== provider.keysUrl) return new Response('', { status: 404 });
    const { keys } = (await (await fetch(issuer.jwksUri)).json()) as { keys: JsonObject[] };
    return Response.json({ keys: provider.keySet?.(keys) ?? keys });
  }

  const sign = (header: object, payload: object, alg: string = algorithm): Promise<string> =>
    issuer.sign({ jti: undefined, sub: undefined, ...payload } as object as JsonObject, {
      alg,
      typ: null,
      header: header as JsonObject,
    });

  return {
    sign,
    signOtherwise(token) {
      const [header, payload] = token
        .split('.', 2)
        .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as object);
      const { alg: _, kid: __, ...rest } = header as JsonObject;
      return sign(rest, payload ?? {}, 'PS256');
    },
    async load({ edit = (text: string) => text, env: changes }: RecipeOptions = {}) {
      for (const [variable, value] of Object.entries({ ...env, ...changes })) {
        vi.stubEnv(variable, value);
      }
      onTestFinished(({ task }) => {
        seen.suite = task.file;
        vi.unstubAllEnvs();
      });
      const folder = await createFolder();
      for (const [file, text] of Object.entries(files)) await folder.write(text, file);
      const text = await readFile(join(RECIPES, `${name}.yaml`), 'utf8');
      const requests: Request[] = [];
      const ask = (input: Request | URL | string, init?: RequestInit): Promise<Response> => {
        const request = new Request(input, init);
        requests.push(request);
        return answer(request);
      };
      const auth = await loadAuth({
        file: await folder.write(edit(text), `${name}.yaml`),
        adapters: [
          asking(jwks, ask),
          asking(oidc, ask),
          asking(introspection, ask),
          asking(spiffe, ask),
        ],
      });
      onTestFinished(() => auth.close());
      return { auth, folder: folder.path, requests, ...asked(auth, seen) };
    },
  };
}

/** The adapter with this fetch for its provider. */
function asking<O>(adapter: AuthenticatorAdapter<O>, fetch: object): AuthenticatorAdapter {
  return {
    ...adapter,
    create(options: O & { readonly http?: object }, context) {
      return adapter.create({ ...options, http: { ...options.http, fetch } }, context);
    },
  };
}

/** False if a test was filtered out or has failed: then not all tokens were tried. */
function isComplete({ tasks }: Readonly<RunnerTestSuite>): boolean {
  return tasks.every((task) =>
    task.type === 'suite' ? isComplete(task) : task.mode === 'run' && task.result?.state !== 'fail',
  );
}

function asked(
  { authenticator, guard }: LoadedAuth<object>,
  { accepted, refused }: Seen,
): Pick<Recipe, 'ask' | 'askWith' | 'principalOf'> {
  const { signal } = new AbortController();
  async function begin(method: string, credentials: TransportCall['credentials']): Promise<string> {
    const call = { method: `/${method}`, streaming: false, credentials, end: () => undefined };
    const { refusal } = await guard.begin(call);
    if (credentials !== undefined && !AuthError.is(credentials)) {
      if (refusal === undefined) accepted.add(credentials.token);
      if (refusal?.code === 'invalid_token' || refusal?.code === 'malformed_credentials') {
        refused.add(credentials.token);
      }
    }
    return refusal === undefined ? 'allowed' : `${refusal.code}/${refusal.reason}`;
  }
  return {
    ask: (token, method = LIST) => begin(method, { scheme: 'bearer', token }),
    askWith: (header, value, method = LIST) =>
      begin(
        method,
        guard.credentialsFrom((name) => (name === header ? value : undefined)),
      ),
    async principalOf(token) {
      const context = { method: '/x.Y/Z', signal };
      const verdict = await authenticator.authenticate({ scheme: 'bearer', token }, context);
      if (AuthError.is(verdict)) throw verdict;
      accepted.add(token);
      return verdict;
    },
  };
}
