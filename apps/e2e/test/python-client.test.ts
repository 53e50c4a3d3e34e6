import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  AuthError,
  type Authenticator,
  authenticated,
  definePolicy,
  requireScopes,
  type Rule,
} from '@grpc-authn/core';
import { bearer } from '../support/accounts.ts';
import { hs256, token } from '../support/tokens.ts';
import { withEcho } from '../support/with-echo.ts';

const PATH = '/echo.v1.Echo/unary';
const script = fileURLToPath(new URL('../../python/refusal.py', import.meta.url));
const run = promisify(execFile);

/** A Python with grpcio: Debian's own first, then the one on the PATH. */
function pythonWithGrpc(): { readonly python?: string; readonly why: string } {
  let why = 'there is no python3';
  for (const python of ['/usr/bin/python3', 'python3']) {
    if (python.startsWith('/') && !existsSync(python)) continue;
    const { status, stderr, error } = spawnSync(python, ['-c', 'import grpc'], {
      encoding: 'utf8',
    });
    if (status === 0) return { python, why: '' };
    if (error === undefined) why = stderr.trim().split('\n').at(-1) ?? '';
  }
  return { why };
}

const { python, why } = pythonWithGrpc();

interface Refusal {
  readonly options: { readonly authenticator: Authenticator<object>; readonly rule?: Rule };
  readonly authorization: () => Promise<readonly string[]>;
  readonly expected: object;
}

const outage: Authenticator<object> = {
  name: 'down',
  authenticate: () => new AuthError('unavailable', 'jwks', { retryAfterMs: 2_500 }),
};
const domain = 'grpc-authn';
const INVALID = 'Bearer realm="grpc", error="invalid_token"';
const NOT_VALID = 'The access token is not valid';

const REFUSALS: Readonly<Record<string, Refusal>> = {
  'of no token': {
    options: { authenticator: hs256() },
    authorization: async () => [],
    expected: {
      code: 'UNAUTHENTICATED',
      details: 'Authentication required: send a bearer token',
      challenge: 'Bearer realm="grpc"',
      status: {
        code: 16,
        message: 'Authentication required: send a bearer token',
        reason: 'TOKEN_MISSING',
        domain,
      },
    },
  },
  'of an expired token': {
    options: { authenticator: hs256() },
    authorization: async () => [bearer(await token({ exp: 1_000 }))],
    expected: {
      code: 'UNAUTHENTICATED',
      details: NOT_VALID,
      challenge: INVALID,
      status: { code: 16, message: NOT_VALID, reason: 'TOKEN_EXPIRED', domain },
    },
  },
  'of a missing scope': {
    options: { authenticator: hs256(), rule: requireScopes('orders:write') },
    authorization: async () => [bearer(await token({ scope: 'orders:read' }))],
    expected: {
      code: 'PERMISSION_DENIED',
      details: 'Permission denied',
      challenge: 'Bearer realm="grpc", error="insufficient_scope", scope="orders:write"',
      status: { code: 7, message: 'Permission denied', reason: 'SCOPE_INSUFFICIENT', domain },
    },
  },
  'of an outage': {
    options: { authenticator: outage },
    authorization: async () => [bearer('abc')],
    expected: {
      code: 'UNAVAILABLE',
      details: 'Authentication is temporarily unavailable, retry later',
      challenge: null,
      status: {
        code: 14,
        message: 'Authentication is temporarily unavailable, retry later',
        reason: 'AUTH_UNAVAILABLE',
        domain,
        retrySeconds: 2.5,
      },
    },
  },
};

async function ask({ options, authorization }: Refusal): Promise<unknown> {
  const { authenticator, rule = authenticated() } = options;
  const policy = definePolicy({ rules: { 'echo.v1.Echo/unary': rule } });
  let printed = '';
  await withEcho({ authenticator, policy }, async ({ server }) => {
    const args = [script, server.address, PATH, ...(await authorization())];
    printed = (await run(python ?? 'python3', args)).stdout;
  });
  return JSON.parse(printed);
}

if (python === undefined) {
  describe('a Python client', () => {
    it(`is skipped: ${why}`, (test) => {
      test.diagnostic(`skipped: ${why}`);
    });
  });
  console.log(`The Python client was skipped: ${why} (apt-get install python3-grpcio)`);
} else {
  describe('a Python client', { concurrency: true }, () => {
    for (const [what, refusal] of Object.entries(REFUSALS)) {
      it(`reads the status, its details and the challenge ${what}`, async () => {
        assert.deepEqual(await ask(refusal), refusal.expected);
      });
    }

    it('sends two tokens: the call is rejected, or only the first one counts', async () => {
      const options = { authenticator: hs256() };
      const good = bearer(await token());
      const [first, second] = await Promise.all([
        ask({ options, authorization: async () => [good, 'Bearer forged'], expected: {} }),
        ask({ options, authorization: async () => ['Bearer forged', good], expected: {} }),
      ]);
      assert.deepEqual(first, { code: 'OK' });
      assert.equal((second as { code: string }).code, 'UNAUTHENTICATED');
    });
  });
}
