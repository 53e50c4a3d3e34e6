import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import type { AuthEvent } from '@grpc-authn/core';
import { startTestIssuer } from '@grpc-authn/testing';
import { bearer } from '../support/accounts.ts';
import {
  HS256_CONFIG,
  introspectionConfig,
  oidcConfig,
  withConfig,
} from '../support/config-file.ts';
import { EchoClient } from '../support/echo-client.ts';
import { CALL_KINDS, startEchoServer } from '../support/echo-server.ts';
import { AUDIENCE, token } from '../support/tokens.ts';

/** Recovery takes seconds; the limit only ends a test that would hang. */
const MAX_RECOVERY_MS = 120_000;

for (const [name, configOf] of [
  ['oidc', oidcConfig],
  ['introspection', introspectionConfig],
] as const) {
  describe(`a config that names ${name}, while its provider is down`, () => {
    it('is loaded; calls get UNAVAILABLE until the provider is up', async () => {
      const issuer = await startTestIssuer();
      const authorization = bearer(await issuer.sign({ aud: AUDIENCE }));
      issuer.fail('down');
      await withConfig(configOf(issuer.issuer), async ({ auth }) => {
        const server = await startEchoServer({ interceptors: [auth.interceptor] });
        const client = new EchoClient(server.address);
        try {
          for (const kind of CALL_KINDS) {
            const { code } = await client.call(kind, { authorization });
            assert.equal(code, status.UNAVAILABLE);
          }
          issuer.fail('none');
          const codes = new Set<number>();
          const endMs = Date.now() + MAX_RECOVERY_MS;
          while (!codes.has(status.OK) && Date.now() < endMs) {
            codes.add((await client.call('unary', { authorization })).code);
            await new Promise((resolve) => setTimeout(resolve, 50));
          }
          codes.delete(status.UNAVAILABLE);
          assert.deepEqual([...codes], [status.OK]);
          for (const kind of CALL_KINDS) {
            assert.equal((await client.call(kind, { authorization })).code, status.OK);
          }
        } finally {
          client.close();
          server.stop();
        }
      });
      await issuer.close();
    });

    it('does not replace a running one by default', async () => {
      const issuer = await startTestIssuer();
      issuer.fail('down');
      const events: AuthEvent[] = [];
      const report = (event: AuthEvent): void => void events.push(event);
      const body: Parameters<typeof withConfig>[1] = async ({ auth, write }) => {
        const server = await startEchoServer({ interceptors: [auth.interceptor] });
        const client = new EchoClient(server.address);
        try {
          const authorization = bearer(await token());
          await write(configOf(issuer.issuer));
          await assert.rejects(auth.reload(), /a provider cannot be reached/);
          assert.ok(events.some(({ type }) => type === 'config_rejected'));
          for (const kind of CALL_KINDS) {
            assert.equal((await client.call(kind, { authorization })).code, status.OK);
          }
          await auth.reload({ requireReady: false });
          assert.equal(
            (await client.call('unary', { authorization })).code,
            status.UNAUTHENTICATED,
          );
        } finally {
          client.close();
          server.stop();
        }
      };
      await withConfig(HS256_CONFIG, body, { report });
      await issuer.close();
    });
  });
}
