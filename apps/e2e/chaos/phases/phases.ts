import type { LoadedAuth } from '@grpc-authn/config';
import type { JsonObject } from '@grpc-authn/core';
import type { TestIssuer } from '@grpc-authn/testing';

/** What a phase can change while the load continues. */
export interface World {
  /** Signs JWTs. */
  readonly signer: TestIssuer;
  /** Introspects opaque tokens. */
  readonly knower: TestIssuer;
  readonly auth: LoadedAuth<JsonObject>;
  /** Writes the next of several equivalent configs. */
  readonly nextConfig: () => Promise<void>;
  /** Tokens are signed by new keys from now on; tokens of the old keys may be rejected. */
  readonly rotate: (keepOld: boolean) => Promise<void>;
}

export interface Phase {
  readonly name: string;
  /** During the phase and shortly after it, a good token may get UNAVAILABLE. */
  readonly isOutage: boolean;
  /** The duration as a multiple of the other phases. Default: 1. */
  readonly times?: number;
  /** Called once a second. */
  readonly disturb: (world: World) => Promise<unknown> | void;
}

const calm: Phase = {
  name: 'calm',
  isOutage: false,
  disturb: ({ signer, knower }) => {
    signer.fail('none');
    knower.fail('none');
  },
};

function failing(mode: Parameters<TestIssuer['fail']>[0]): Phase {
  return {
    name: `providers: ${mode}`,
    isOutage: true,
    disturb: ({ signer, knower }) => {
      signer.fail(mode);
      knower.fail(mode);
    },
  };
}

async function reload({ auth, nextConfig }: World): Promise<void> {
  await nextConfig();
  await auth.reload();
}

/** In order. */
export const PHASES: readonly Phase[] = [
  calm,
  failing('down'),
  calm,
  failing('hang'),
  failing('slow'),
  calm,
  { name: 'reloads', isOutage: false, disturb: reload },
  failing('http500'),
  failing('http429'),
  {
    ...calm,
    name: 'keys rotate, the old ones stay published',
    disturb: (world) => turn(world, true),
  },
  failing('garbage'),
  failing('endless'),
  failing('redirect'),
  {
    ...calm,
    name: 'keys rotate, the old ones are removed',
    disturb: (world) => turn(world, false),
  },
  {
    name: 'reloads while the providers are down',
    isOutage: true,
    disturb: async (world) => {
      world.signer.fail('down');
      world.knower.fail('down');
      // It is rejected, and the running config stays active.
      await reload(world).catch(() => undefined);
    },
  },
  // Long enough to see that everything has recovered.
  { ...calm, name: 'calm, four times as long', times: 4 },
];

function turn(world: World, keepOld: boolean): Promise<void> {
  world.signer.fail('none');
  world.knower.fail('none');
  return world.rotate(keepOld);
}
