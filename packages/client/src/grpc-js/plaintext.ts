import type { CallInterface } from './call-interface.ts';

/** Further interceptors, each with the next call inside. */
const MAX_DEPTH = 100;

const IS_SECURE = '_isSecure';
/** The option of a channel that goes through an HTTP proxy. */
const BEHIND_PROXY = 'grpc.http_connect_target';

/** What grpc-js stores about a call; none of it is documented, so each part may be missing. */
interface CallInside {
  readonly nextCall?: CallInside;
  readonly call?: { readonly channel?: ChannelInside };
}

interface ChannelInside {
  readonly credentials?: { [IS_SECURE]?(): unknown };
  readonly options?: Readonly<Record<string, unknown>>;
}

/** The target, if grpc-js shows that the call's channel is plaintext and leads to another host. */
export function plaintextTarget(call: CallInterface): string | undefined {
  let inside = call as unknown as CallInside;
  for (let depth = 0; inside.nextCall !== undefined && depth < MAX_DEPTH; depth += 1) {
    inside = inside.nextCall;
  }
  const channel = inside.call?.channel;
  if (channel?.credentials?.[IS_SECURE]?.() !== false) return undefined;
  // The target is then the proxy.
  const behindProxy = channel.options?.[BEHIND_PROXY];
  if (typeof behindProxy === 'string') return behindProxy;
  const target = call.getPeer();
  return isLocal(target) ? undefined : target;
}

/**
 * A target before the call starts: 'dns:127.0.0.1:50051', 'ipv6:[::1]:50051', 'unix:/run/orders.sock'. Where other
 * resolvers lead to is unknown.
 */
function isLocal(target: string): boolean {
  if (/^unix(-abstract)?:/.test(target)) return true;
  const address = /^(?:dns|ipv4|ipv6):(?:\/\/[^/]*\/)?(.*)$/.exec(target)?.[1] ?? '';
  const host = address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
