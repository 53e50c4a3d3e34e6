import { ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';
import { subscribeToAll } from '../before/observed.ts';
import { NOW, packagesBefore } from '../before/packages.ts';
import { contenderOf } from '../contenders/all.ts';
import type { Setting, Verifier } from '../contenders/contender.ts';
import { OURS, OURS_BEFORE, OURS_CACHED_BEFORE, OURS_OBSERVED } from '../contenders/names.ts';
import { asVerifier, ourAuthenticator, ourCachedAuthenticator } from '../contenders/ours.ts';
import { handWrittenInterceptor } from './hand-written-interceptor.ts';

/** The interceptors before the handler, and how to verify a token without a call. */
export interface Mode {
  readonly interceptors: readonly ServerInterceptor[];
  readonly verifier: Verifier | undefined;
}

export const BARE = 'no interceptor';
export const NO_TOKEN = 'no interceptor, no token sent';
export const NO_OP = 'an interceptor that does nothing';

/** One of the modes above, or a contender, by name. */
export async function modeOf(name: string, setting: Setting): Promise<Mode> {
  if (name === BARE || name === NO_TOKEN) return { interceptors: [], verifier: undefined };
  if (name === NO_OP) {
    return {
      interceptors: [(_method, call) => new ServerInterceptingCall(call)],
      verifier: undefined,
    };
  }
  if (name.startsWith(OURS)) return ourMode(name, setting);
  const verifier = await contenderOf(name).create(setting);
  return { interceptors: [handWrittenInterceptor(verifier)], verifier };
}

async function ourMode(name: string, setting: Setting): Promise<Mode> {
  if (name === OURS_OBSERVED) subscribeToAll();
  const isBefore = name === OURS_BEFORE || name === OURS_CACHED_BEFORE;
  const packages = isBefore ? await packagesBefore(setting.before) : NOW;
  const isCached = name !== OURS && name !== OURS_BEFORE;
  const authenticator = (isCached ? ourCachedAuthenticator : ourAuthenticator)(setting, packages);
  return {
    interceptors: [packages.createAuthInterceptor({ authenticator })],
    verifier: asVerifier(authenticator),
  };
}
