import type { Verdict } from '@grpc-authn/core/authenticator';
import { later, UNAVAILABLE } from '../table.ts';
import type { BrokenSample } from '../broken-samples.ts';

export const ABORT_SAMPLES: readonly BrokenSample[] = [
  {
    breaks: 'answers promptly once nobody waits any longer',
    by: 'dropping the work, and the answer with it',
    build: (table) => ({
      authenticator: {
        async authenticate({ token }, { signal }) {
          const { aborted } = signal;
          await later();
          if (signal.aborted && !aborted) await new Promise(() => undefined);
          return table.verify(token);
        },
      },
    }),
  },
  {
    breaks: 'answers promptly once nobody waits any longer',
    by: 'listening for an abort that was before',
    build: (table) => ({
      authenticator: {
        async authenticate({ token }, { signal }) {
          if (signal.aborted) {
            await new Promise((resolve) => {
              signal.addEventListener('abort', resolve);
            });
          }
          return table.verify(token);
        },
      },
    }),
  },
  {
    breaks: 'answers promptly once nobody waits any longer',
    by: 'waiting on for a provider that is silent',
    capabilities: ['network'],
    build: (table) => ({
      authenticator: {
        async authenticate({ token }) {
          const verdict = table.verify(token);
          if (!table.down) return verdict;
          await new Promise((resolve) => setTimeout(resolve, 700));
          return UNAVAILABLE();
        },
      },
      async outage() {
        table.down = true;
      },
    }),
  },
  {
    breaks: 'lets a caller who leaves take nobody along',
    by: 'sharing a verification under the signal of who came first',
    build: (table) => {
      const flights = new Map<string, Promise<Verdict>>();
      return {
        authenticator: {
          authenticate({ token }, { signal }) {
            const running = flights.get(token);
            if (running !== undefined) return running;
            const verdict = (async () => {
              await later();
              flights.delete(token);
              return signal.aborted ? UNAVAILABLE() : table.verify(token);
            })();
            flights.set(token, verdict);
            return verdict;
          },
        },
      };
    },
  },
  {
    breaks: 'leaves no rejection unhandled, whoever leaves and whatever is closed',
    by: 'listening to a promise only as long as somebody waits',
    build: (table) => ({
      authenticator: {
        authenticate({ token }, { signal }) {
          signal.addEventListener('abort', () => {
            void Promise.reject(new Error('nobody listens'));
          });
          return table.verify(token);
        },
      },
    }),
  },
];
