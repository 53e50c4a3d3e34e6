import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { inspect } from 'node:util';
import type { Decision } from '@grpc-authn/core';
import { CALL_KINDS } from '../support/echo-server.ts';
import { hs256, token } from '../support/tokens.ts';
import { withEcho } from '../support/with-echo.ts';

const CANARY = 'canary-5up3r';

/** Every way to reject a token, each with the canary in it. */
async function refusedTokens(): Promise<readonly string[]> {
  const inPayload = { canary: CANARY, sub: CANARY, scope: CANARY };
  return [
    `Bearer ${CANARY}`,
    `Basic ${CANARY}`,
    `Bearer ${CANARY} ${CANARY}`,
    `Bearer ${CANARY}.${CANARY}.${CANARY}`,
    `Bearer ${await token({ ...inPayload, exp: 1 })}`,
    `Bearer ${await token({ ...inPayload, aud: CANARY })}`,
    `Bearer ${await token({ ...inPayload, iss: CANARY })}`,
    `Bearer ${await token({ ...inPayload, nbf: 9_999_999_999 })}`,
    `Bearer ${await token({ ...inPayload, azp: 'a', client_id: CANARY })}`,
    `Bearer ${await token({ ...inPayload, cnf: { jkt: CANARY } })}`,
    `Bearer ${await token(inPayload, crypto.getRandomValues(new Uint8Array(32)))}`,
  ];
}

describe('a rejected token', () => {
  it('appears in no error, no trailer and no log line, not even in part', async () => {
    const written: string[] = [];
    const keep = (chunk: unknown): boolean => written.push(String(chunk)) > 0;
    const mocks = [
      mock.method(process.stdout, 'write', keep),
      mock.method(process.stderr, 'write', keep),
      ...(['log', 'info', 'warn', 'error', 'debug'] as const).map((name) =>
        mock.method(console, name, (...parts: unknown[]) => void keep(parts.join(' '))),
      ),
    ];
    const received: string[] = [];
    let refusals = 0;
    try {
      const tokens = await refusedTokens();
      const onDecision = (decision: Decision): void => {
        refusals += decision.outcome === 'refused' ? 1 : 0;
        received.push(inspect(decision, { depth: 9, showHidden: true }));
      };
      await withEcho({ authenticator: hs256(), onDecision }, async ({ client }) => {
        for (const authorization of tokens) {
          for (const kind of CALL_KINDS) {
            const end = await client.call(kind, { authorization });
            received.push(end.details, inspect(end.trailers.toJSON(), { depth: 9 }));
            for (const value of end.trailers.get('grpc-status-details-bin')) {
              received.push(value.toString('latin1'));
            }
          }
        }
      });
      assert.equal(refusals, tokens.length * CALL_KINDS.length);
      const secrets = [CANARY, ...tokens.flatMap((value) => value.split(/[ .]/)).filter(isLong)];
      for (const secret of secrets) {
        assert.equal([...received, ...written].join('\n').includes(secret), false);
      }
    } finally {
      for (const mocked of mocks) mocked.mock.restore();
    }
  });
});

/** Short words such as the scheme also occur in ordinary text. */
function isLong(part: string): boolean {
  return part.length > 20;
}
