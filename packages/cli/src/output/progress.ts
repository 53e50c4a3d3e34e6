import type { Env } from '../env.ts';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const INTERVAL_MS = 100;
const CLEAR_LINE = '\r\u001B[K';

/** Shows on a terminal what a command waits for. Elsewhere it writes nothing. */
export async function whileWaiting<T>(env: Env, text: string, work: Promise<T>): Promise<T> {
  const { stderr } = env;
  if (stderr.isTTY !== true || env.variables['TERM'] === 'dumb') return work;
  let frame = 0;
  const show = (): void => {
    stderr.write(`${CLEAR_LINE}${FRAMES[frame % FRAMES.length]} ${text}`);
    frame += 1;
  };
  show();
  const timer = setInterval(show, INTERVAL_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    stderr.write(CLEAR_LINE);
  }
}
