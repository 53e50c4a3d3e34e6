import { setImmediate } from 'node:timers/promises';
import { createPrincipal } from '@grpc-authn/core';
import { z } from 'zod';
import { type AuthenticatorAdapter, defineAdapter } from '../../src/adapter/define-adapter.ts';

export interface SlowAdapter {
  readonly adapter: AuthenticatorAdapter;
  readonly opened: () => number;
  readonly closed: () => number;
}

/** `use: slow`: an authenticator that takes so many turns of the event loop to be made. */
export function createSlowAdapter(): SlowAdapter {
  let opened = 0;
  let closed = 0;
  return {
    opened: () => opened,
    closed: () => closed,
    adapter: defineAdapter({
      name: 'slow',
      schema: z.strictObject({ turns: z.int() }),
      async create({ turns }, { name }) {
        for (let turn = 0; turn < turns; turn += 1) await setImmediate();
        opened += 1;
        return {
          name,
          schemes: ['bearer'],
          issuers: [],
          authenticate: () => createPrincipal({ authenticator: name }),
          async close() {
            closed += 1;
          },
        };
      },
    }),
  };
}
