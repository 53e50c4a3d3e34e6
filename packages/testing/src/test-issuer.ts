import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject } from '@grpc-authn/core/authenticator';
import { type FailureMode, failWith } from './failures.ts';
import { createOpaqueToken, createSigningKey, signBytes, type SigningKey } from './signing-keys.ts';

/** An HTTP issuer on loopback, for tests. */
export interface TestIssuer {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly introspectionEndpoint: string;
  /**
   * Signs a token. The payload overrides the default issuer, subject, `jti`, `iat` and `exp`; undefined
   * removes a claim. `alg: 'none'` makes an unsecured token.
   */
  sign(
    payload?: JsonObject,
    options?: {
      readonly alg?: string;
      readonly kid?: string;
      readonly typ?: string | null;
      readonly header?: JsonObject;
    },
  ): Promise<string>;
  /** Creates an opaque token. `answer` overrides members of its introspection response. */
  opaque(answer?: JsonObject): string;
  /** From now on introspection reports the token as not active. */
  revoke(token: string): void;
  /**
   * Generates new keys for all algorithms and returns the `kid` of the first. `keepOld` keeps publishing the
   * old keys.
   */
  rotateKeys(options?: { readonly keepOld?: boolean }): Promise<string>;
  fail(mode: FailureMode): void;
  readonly requests: {
    readonly discovery: number;
    readonly jwks: number;
    readonly introspection: number;
  };
  close(): Promise<void>;
}

const LIFETIME_SECONDS = 300;
const PATHS = { jwks: '/jwks', introspection: '/introspect' };

/**
 * Starts an issuer on loopback with discovery, JWKS and introspection. It signs with any algorithm,
 * rotates its keys, fails on command, and counts its requests.
 *
 * @example
 * const issuer = await startTestIssuer();
 * const token = await issuer.sign({ aud: 'orders' });
 */
export async function startTestIssuer(
  options: { readonly algorithms?: readonly string[]; readonly port?: number } = {},
): Promise<TestIssuer> {
  const algorithms = options.algorithms ?? ['RS256'];
  let keys = await Promise.all(algorithms.map(createSigningKey));
  let published = keys;
  let mode: FailureMode = 'none';
  const unpublished = new Map<string, SigningKey>();
  const answers = new Map<string, JsonObject>();
  const revoked = new Set<string>();
  const requests = { discovery: 0, jwks: 0, introspection: 0 };

  // Another origin, where a client that follows a redirect gets a good answer.
  const elsewhere = createServer((request, response) => {
    answer(request.url ?? '/', request, response).catch(() => response.destroy());
  });
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    if (path.startsWith('/.well-known/')) requests.discovery += 1;
    if (path === PATHS.jwks) requests.jwks += 1;
    if (path === PATHS.introspection) requests.introspection += 1;
    failWith(
      mode,
      response,
      () => {
        // The client disconnected in the middle of its request.
        answer(path, request, response).catch(() => response.destroy());
      },
      // 307 keeps the method and the body.
      () => response.writeHead(307, { location: `${redirectOrigin}${path}` }).end(),
    );
  });
  const issuer = await originOf(server, options.port ?? 0);
  const redirectOrigin = await originOf(elsewhere, 0);

  async function answer(path: string, request: IncomingMessage, response: ServerResponse) {
    if (path === '/.well-known/openid-configuration') return json(response, metadataOf(issuer));
    if (path === PATHS.jwks) {
      return json(response, { keys: published.flatMap(({ publicJwk }) => publicJwk ?? []) });
    }
    if (path === PATHS.introspection) {
      const token = new URLSearchParams(await textOf(request)).get('token') ?? '';
      const known = revoked.has(token) ? undefined : answers.get(token);
      return json(response, known ?? { active: false });
    }
    response.writeHead(404).end();
  }

  async function keyFor(alg: string): Promise<SigningKey> {
    const found = keys.find((key) => key.alg === alg) ?? unpublished.get(alg);
    if (found !== undefined) return found;
    const made = await createSigningKey(alg);
    unpublished.set(alg, made);
    return made;
  }

  return {
    issuer,
    jwksUri: issuer + PATHS.jwks,
    introspectionEndpoint: issuer + PATHS.introspection,
    requests,
    async sign(payload = {}, { alg = algorithms[0] ?? 'RS256', kid, typ = 'at+jwt', header } = {}) {
      const nowSeconds = Math.floor(Date.now() / 1000);
      const times = { iat: nowSeconds, exp: nowSeconds + LIFETIME_SECONDS };
      // The jti makes two tokens of one second different.
      const claims = { iss: issuer, sub: 'alice', jti: randomUUID(), ...times, ...payload };
      const key = alg === 'none' ? undefined : await keyFor(alg);
      const usual = { alg, kid: kid ?? key?.kid, typ: typ ?? undefined };
      const signed = `${encode({ ...usual, ...header })}.${encode(claims)}`;
      const signature = key && signBytes(key, Buffer.from(signed)).toString('base64url');
      const token = `${signed}.${signature ?? ''}`;
      // Introspection knows the tokens that the issuer signed.
      answers.set(token, { active: true, token_type: 'Bearer', ...claims });
      return token;
    },
    opaque(given = {}) {
      const token = createOpaqueToken();
      const nowSeconds = Math.floor(Date.now() / 1000);
      const times = { iat: nowSeconds, exp: nowSeconds + LIFETIME_SECONDS };
      const usual = { active: true, iss: issuer, sub: 'alice', token_type: 'Bearer' };
      answers.set(token, { ...usual, ...times, ...given });
      return token;
    },
    revoke(token) {
      revoked.add(token);
    },
    async rotateKeys({ keepOld = false } = {}) {
      keys = await Promise.all(algorithms.map(createSigningKey));
      published = keepOld ? [...published, ...keys] : keys;
      return keys[0]?.kid ?? '';
    },
    fail(newMode) {
      mode = newMode;
    },
    async close() {
      await Promise.all([server, elsewhere].map(closeServer));
    },
  };
}

/** Starts the server on loopback. */
async function originOf(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
}

function encode(object: object): string {
  return Buffer.from(JSON.stringify(object)).toString('base64url');
}

function metadataOf(issuer: string): JsonObject {
  return {
    issuer,
    jwks_uri: issuer + PATHS.jwks,
    introspection_endpoint: issuer + PATHS.introspection,
    token_endpoint: `${issuer}/token`,
    authorization_endpoint: `${issuer}/authorize`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  };
}

function json(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
