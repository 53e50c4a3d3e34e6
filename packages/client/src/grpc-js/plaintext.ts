import type { CallInterface } from './call-interface.ts';

/** Further interceptors, each with the next call inside. */
const MAX_DEPTH = 100;

const IS_SECURE = '_isSecure';

/** What grpc-js keeps of a call; none of it is documented, so each part may be missing. */
interface CallInside {
  readonly nextCall?: CallInside;
  readonly call?: { readonly channel?: { readonly credentials?: { [IS_SECURE]?(): unknown } } };
}

/** True if grpc-js shows that the call's channel is plaintext, and its target is not on this machine. */
export function isPlaintextElsewhere(call: CallInterface): boolean {
  let inside = call as unknown as CallInside;
  for (let depth = 0; inside.nextCall !== undefined && depth < MAX_DEPTH; depth += 1) {
    inside = inside.nextCall;
  }
  return inside.call?.channel?.credentials?.[IS_SECURE]?.() === false && !isLocal(call.getPeer());
}

/** A target before the call starts: 'dns:127.0.0.1:50051', 'ipv6:[::1]:50051', 'unix:/run/orders.sock'. */
function isLocal(target: string): boolean {
  if (/^unix(-abstract)?:/.test(target)) return true;
  const address = target.replace(/^[a-z0-9+.-]+:(\/\/[^/]*\/)?(?=.*[^\d])/i, '');
  const host = address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
