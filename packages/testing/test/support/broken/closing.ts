import type { BrokenSample } from '../broken-samples.ts';
import { later, principalOf } from '../table.ts';

export const CLOSING_SAMPLES: readonly BrokenSample[] = [
  {
    breaks: 'leaves nobody waiting as it is closed',
    by: 'forgetting who waits',
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
    breaks: 'answers who comes after it was closed, and lets no bad token in then',
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
    breaks: 'answers who comes after it was closed, and lets no bad token in then',
    by: 'letting everybody in',
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
    breaks: 'may be closed twice',
    by: 'failing at the second time',
    build: (table) => ({
      authenticator: {
        async close() {
          if (table.closed) throw new Error('closed already');
          table.closed = true;
        },
      },
    }),
  },
  {
    breaks: 'leaves nothing open once it is closed',
    by: 'not stopping its timer',
    build: (table) => ({
      authenticator: {
        authenticate({ token }) {
          // It would run for ever; here it is let off once the law has looked.
          setTimeout(() => undefined, 1000);
          return table.verify(token);
        },
      },
    }),
  },
  {
    breaks: 'takes back a subscription as often as it is told to',
    by: 'giving nothing to take it back by',
    build: () => ({ authenticator: { subscribe: () => undefined as never } }),
  },
  {
    breaks: 'takes back a subscription as often as it is told to',
    by: 'failing at the second time',
    build: () => ({
      authenticator: {
        subscribe() {
          let stopped = false;
          return () => {
            if (stopped) throw new Error('stopped already');
            stopped = true;
          };
        },
      },
    }),
  },
];
