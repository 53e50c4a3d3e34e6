import type { ServerResponse } from 'node:http';
// Imported, because a test may have replaced the global one.
import { setTimeout } from 'node:timers';
import type { OutageKind } from './contract/subject.ts';

/** How the test issuer fails. `unreachable` is `down` and `hanging` is `hang`, as `describeAuthenticator` names them. */
export type FailureMode = 'none' | 'down' | 'hang' | 'slow' | 'http429' | OutageKind;

const SLOW_MS = 300;
/** Endless for a reader with a limit; ends here for a reader without one. */
const ENDLESS_BYTES = 256 * 1024 * 1024;

/**
 * Fails as the mode says. `answer` sends the good response, for the modes that send it. `redirect` sends the
 * client to another origin.
 */
export function failWith(
  mode: FailureMode,
  response: ServerResponse,
  answer: () => void,
  redirect: () => void,
): void {
  switch (mode) {
    case 'none':
      return answer();
    case 'down':
    case 'unreachable':
      response.socket?.destroy();
      return undefined;
    case 'hang':
    case 'hanging':
      return undefined;
    case 'slow':
      setTimeout(answer, SLOW_MS).unref();
      return undefined;
    case 'http500':
      response.writeHead(500).end('out of order');
      return undefined;
    case 'http429':
      response.writeHead(429, { 'retry-after': '7' }).end();
      return undefined;
    case 'garbage':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>welcome</html>');
      return undefined;
    case 'endless':
      return pour(response);
    case 'redirect':
      return redirect();
  }
}

function pour(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  const chunk = Buffer.alloc(64 * 1024, ' ');
  let poured = 0;
  const more = (): void => {
    while (poured < ENDLESS_BYTES && !response.destroyed) {
      poured += chunk.length;
      if (!response.write(chunk)) {
        response.once('drain', more);
        return;
      }
    }
    response.end();
  };
  more();
}
