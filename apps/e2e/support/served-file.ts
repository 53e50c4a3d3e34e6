import assert from 'node:assert/strict';
import { status } from '@grpc/grpc-js';
import { type Decision, findPrincipal } from '@grpc-authn/core';
import { bearer } from './accounts.ts';
import { withConfig } from './config-file.ts';
import { EchoClient } from './echo-client.ts';
import { startEchoServer } from './echo-server.ts';

/** A server with the authenticator of a config file, and clients with a connection each. */
export interface ServedFile {
  /** 'subject of issuer by authenticator', or the name of a status. */
  readonly call: (token: string, client?: number) => Promise<string>;
  /** The decisions about refused calls, oldest first. */
  readonly refused: readonly Decision[];
}

export async function withServedFile(
  authenticator: object,
  body: (served: ServedFile) => Promise<void>,
): Promise<void> {
  const refused: Decision[] = [];
  const onDecision = (decision: Decision): void => {
    if (decision.error !== undefined) refused.push(decision);
  };
  await withConfig(
    authenticator,
    async ({ auth }) => {
      const server = await startEchoServer({
        interceptors: [auth.interceptor],
        answer(call) {
          const { subject = '', issuer = '', authenticator: by = '' } = findPrincipal(call) ?? {};
          return `${subject} of ${issuer} by ${by}`;
        },
      });
      const clients = [0, 1].map(
        () => new EchoClient(server.address, undefined, { 'grpc.use_local_subchannel_pool': 1 }),
      );
      try {
        await body({
          refused,
          async call(token, client = 0) {
            const made = clients[client]?.call('unary', { authorization: bearer(token) });
            const { code = -1, messages = [] } = (await made) ?? {};
            return code === status.OK ? (messages[0] ?? '') : (status[code] ?? '');
          },
        });
      } finally {
        for (const client of clients) client.close();
        server.stop();
      }
    },
    { onDecision },
  );
}

/** A token, and the reason of the check that rejects it. */
type Bad = readonly [token: string, reason: string];

/**
 * Sends a good token, each bad one twice, so that no cache helps it, and the good one again. No handler runs for
 * a bad one.
 */
export async function refuseAll(
  { call, refused }: ServedFile,
  good: () => readonly [token: string, answer: string],
  bad: Readonly<Record<string, Bad>>,
): Promise<void> {
  const isAccepted = async (): Promise<void> => {
    const [token, answer] = good();
    assert.equal(await call(token), answer, 'the good token');
  };
  await isAccepted();
  for (const time of ['once', 'again']) {
    for (const [what, [token, reason]] of Object.entries(bad)) {
      assert.equal(await call(token), 'UNAUTHENTICATED', `${what}, ${time}`);
      assert.equal(refused.at(-1)?.error?.reason, reason, `${what}, ${time}`);
    }
  }
  await isAccepted();
}
