import type { Verdict } from '@grpc-authn/core/authenticator';
import { later, UNAVAILABLE } from '../table.ts';
import type { BrokenSample } from '../broken-samples.ts';

export const ABORT_SAMPLES: readonly BrokenSample[] = [
  {
    breaks: 'answers promptly when the call is cancelled',
    by: 'dropping the work without an answer',
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
    breaks: 'answers promptly when the call is cancelled',
    by: 'listening for an abort that already happened',
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
    breaks: 'does not cancel other calls when one call is cancelled',
    by: 'sharing a verification under the signal of the first call',
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
    breaks: 'leaves no rejection unhandled when calls are cancelled or it is closed',
    by: 'handling a rejection only while a call waits',
    build: (table) => ({
      authenticator: {
        authenticate({ token }, { signal }) {
          signal.addEventListener('abort', () => {
            void Promise.reject(new Error('unhandled'));
          });
          return table.verify(token);
        },
      },
    }),
  },
];
