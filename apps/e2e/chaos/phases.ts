import type { LoadedAuth } from '@grpc-authn/config';
import type { JsonObject } from '@grpc-authn/core';
import type { TestIssuer } from '@grpc-authn/testing';

/** What may be done to while the load goes on. */
export interface World {
  /** Signs JWTs. */
  readonly signer: TestIssuer;
  /** Knows opaque tokens. */
  readonly knower: TestIssuer;
  readonly auth: LoadedAuth<JsonObject>;
  /** Writes the next of several equal configs, in another form. */
  readonly nextConfig: () => Promise<void>;
  /** From now on tokens are signed by other keys; those of the old ones may be refused. */
  readonly rotate: (keepOld: boolean) => Promise<void>;
}

export interface Phase {
  readonly name: string;
  /** While it lasts, and a little longer, a good token may be answered UNAVAILABLE. */
  readonly isOutage: boolean;
  /** So many times as long as the others; once unless said. */
  readonly times?: number;
  /** Once a second. */
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

/** In this order. */
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
  { ...calm, name: 'keys rotate, the old ones stay', disturb: (world) => turn(world, true) },
  failing('garbage'),
  failing('endless'),
  failing('redirect'),
  { ...calm, name: 'keys rotate, the old ones go', disturb: (world) => turn(world, false) },
  {
    name: 'reloads while the providers are down',
    isOutage: true,
    disturb: async (world) => {
      world.signer.fail('down');
      world.knower.fail('down');
      // It is rejected, and what runs stays.
      await reload(world).catch(() => undefined);
    },
  },
  // Long enough to see that all is as before.
  { ...calm, name: 'calm, four times as long', times: 4 },
];

function turn(world: World, keepOld: boolean): Promise<void> {
  world.signer.fail('none');
  world.knower.fail('none');
  return world.rotate(keepOld);
}
