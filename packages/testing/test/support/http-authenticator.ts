import type { AuthenticationContext, Verdict } from '@grpc-authn/core/authenticator';
import { startTestIssuer } from '../../src/index.ts';
import { afterTurns, type Build, principalOf, REFUSED, UNAVAILABLE } from './table.ts';

/** What an author may forget, or get wrong. */
export interface HttpFaults {
  readonly timeLimit?: 'none';
  readonly signal?: 'ignored';
  readonly size?: 'unlimited';
  readonly redirect?: 'followed' | 'followed and then refused';
  readonly http500?: 'everybody accepted';
  readonly html?: 'refused';
}

const MAX_BYTES = 100_000;
const LIMIT_TURNS = 60;

/** Sends each token to a real HTTP server. Correct without faults. */
export function overHttp(faults: HttpFaults = {}): Build {
  return () => {
    const starting = startTestIssuer({ algorithms: ['EdDSA'] });
    return {
      authenticator: {
        async authenticate({ token }, context) {
          const { introspectionEndpoint } = await starting;
          const request = startRequest(introspectionEndpoint, token, context, faults);
          const cancel =
            faults.timeLimit === 'none' ? undefined : afterTurns(request.abort, LIMIT_TURNS);
          return request.verdict.catch(UNAVAILABLE).finally(cancel);
        },
      },
      good: async () => (await starting).opaque(),
      outage: async (kind) => (await starting).fail(kind),
      close: async () => (await starting).close(),
    };
  };
}

function startRequest(
  url: string,
  token: string,
  { signal }: AuthenticationContext,
  faults: HttpFaults,
): { readonly verdict: Promise<Verdict>; readonly abort: () => void } {
  const request = new AbortController();
  const signals = faults.signal === 'ignored' ? [request.signal] : [request.signal, signal];
  const verdict = fetch(url, {
    method: 'POST',
    body: new URLSearchParams({ token }),
    redirect: faults.redirect === undefined ? 'error' : 'follow',
    signal: AbortSignal.any(signals),
  }).then((response) => verdictOf(response, faults));
  return { verdict, abort: () => request.abort() };
}

async function verdictOf(response: Response, faults: HttpFaults): Promise<Verdict> {
  if (response.status === 500 && faults.http500 !== undefined) return principalOf();
  if (response.redirected && faults.redirect !== 'followed') return UNAVAILABLE();
  if (response.status !== 200) return UNAVAILABLE();
  const text = await textOf(response, faults.size === 'unlimited' ? Infinity : MAX_BYTES);
  if (text.startsWith('<') && faults.html === 'refused') return REFUSED();
  const { active } = JSON.parse(text) as { readonly active?: boolean };
  return active === true ? principalOf() : REFUSED();
}

async function textOf({ body }: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += (chunk as Uint8Array).byteLength;
    if (size > maxBytes) throw new Error('too large');
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString();
}
