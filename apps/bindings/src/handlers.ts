import type { Handler } from './subject.ts';

/** Says who calls, then repeats the requests. */
export const echo: Handler = async function* ({ principal, authorization, requests }) {
  const subject = principal?.subject ?? 'nobody';
  const texts: string[] = [];
  for await (const text of requests) texts.push(text);
  yield [subject, authorization ?? 'no token', ...texts].join(', ');
};

/** Waits until its call ends. */
export const idle: Handler = async function* ({ signal }) {
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  yield 'too late';
};

const BLOCK = 'x'.repeat(64 * 1024);

/** Sends as much as the framework takes, and counts it. */
export function flooding(): { readonly flood: Handler; readonly sent: () => number } {
  let sent = 0;
  return {
    sent: () => sent,
    flood: async function* ({ signal }) {
      for (; !signal.aborted; sent += 1) yield BLOCK;
    },
  };
}
