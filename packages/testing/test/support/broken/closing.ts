import type { BrokenSample } from '../broken-samples.ts';
import { afterTurns, later, principalOf } from '../table.ts';

export const CLOSING_SAMPLES: readonly BrokenSample[] = [
  {
    breaks: 'answers waiting calls when it is closed',
    by: 'forgetting waiting calls',
    build: (table) => ({
      authenticator: {
        async authenticate({ token }) {
          const { closed } = table;
          await later();
          if (table.closed && !closed) await new Promise(() => undefined);
          return table.verify(token);
        },
        async close() {
          table.closed = true;
        },
      },
    }),
  },
  {
    breaks: 'answers calls after it was closed, and accepts no bad token then',
    by: 'throwing',
    build: (table) => ({
      authenticator: {
        authenticate({ token }) {
          if (table.closed) throw new Error('closed');
          return table.verify(token);
        },
        async close() {
          table.closed = true;
        },
      },
    }),
  },
  {
    breaks: 'answers calls after it was closed, and accepts no bad token then',
    by: 'accepting every token',
    build: (table) => ({
      authenticator: {
        authenticate: ({ token }) => (table.closed ? principalOf() : table.verify(token)),
        async close() {
          table.closed = true;
        },
      },
    }),
  },
  {
    breaks: 'can be closed twice',
    by: 'throwing the second time',
    build: (table) => ({
      authenticator: {
        async close() {
          if (table.closed) throw new Error('already closed');
          table.closed = true;
        },
      },
    }),
  },
  {
    breaks: 'leaves nothing open after it is closed',
    by: 'not stopping its timer',
    build: (table) => ({
      authenticator: {
        authenticate({ token }) {
          afterTurns(() => undefined);
          return table.verify(token);
        },
      },
    }),
  },
  {
    breaks: 'can unsubscribe twice',
    by: 'returning no function to unsubscribe',
    build: () => ({ authenticator: { subscribe: () => undefined as never } }),
  },
  {
    breaks: 'can unsubscribe twice',
    by: 'throwing the second time',
    build: () => ({
      authenticator: {
        subscribe() {
          let stopped = false;
          return () => {
            if (stopped) throw new Error('already unsubscribed');
            stopped = true;
          };
        },
      },
    }),
  },
];
