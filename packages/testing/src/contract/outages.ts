import { printsDuring } from '../watch/output.ts';
import { unhandledRejectionsDuring } from '../watch/rejections.ts';
import { ResourceWatch } from '../watch/resources.ts';
import { accepts, type Answer, ask } from './ask.ts';
import type { CheckInstance, CreateInstance } from './instance.ts';
import { eventually, PROVIDER_TURNS } from './eventually.ts';
import type { OutageKind } from './subject.ts';
import { secretsOf } from './tokens.ts';

/** More than any metadata, key set or introspection response needs, even if one connection carries several. */
export const MAX_BYTES: number = 8 * 1024 * 1024;

const KINDS: readonly OutageKind[] = [
  'unreachable',
  'http500',
  'hanging',
  'garbage',
  'endless',
  'redirect',
];

/** One token during an outage. */
interface AskedToken {
  readonly token: string;
  /** Undefined if there was none when the kit stopped waiting. */
  readonly answer: Answer | undefined;
}

/** One instance of the subject during an outage. */
export interface Outage {
  readonly kind: OutageKind;
  /** `cold`: it had not answered a call before. `warm`: it had accepted a token. */
  readonly state: 'cold' | 'warm';
  /** Tokens of `good()`. */
  readonly good: readonly AskedToken[];
  /** Tokens of `bad()` that are refused if there is no outage. */
  readonly bad: readonly AskedToken[];
  /** It read more from one connection than its calls need. */
  readonly readTooMuch: boolean;
  /** Addresses to which it connected since it was created. */
  readonly destinations: number;
}

export interface Outages {
  /** True if a good token is accepted if there is no outage. */
  readonly acceptsGood: boolean;
  readonly all: readonly Outage[];
  readonly printed: boolean;
  readonly unhandledRejections: number;
}

/** Calls new instances in each kind of outage, all at the same time. */
export async function observeOutages(create: CreateInstance): Promise<Outages | undefined> {
  const usual = await create();
  if (usual.outage === undefined) return undefined;
  const refusedBefore: boolean[] = [];
  for (const token of await usual.bad()) {
    refusedBefore.push(!(await accepts(usual.authenticator, token)));
  }
  const acceptsGood = await accepts(usual.authenticator, await usual.good());
  const secrets: string[] = [];
  const observers = KINDS.flatMap((kind) =>
    (['cold', 'warm'] as const).map((state) => () => observe(create, kind, state, secrets)),
  );
  const found: (Outage | undefined)[] = [];
  let unhandledRejections = 0;
  const printed = await printsDuring(
    () => secrets,
    async () => {
      unhandledRejections = await unhandledRejectionsDuring(async () => {
        found.push(...(await Promise.all(observers.map((observer) => observer()))));
      });
    },
  );
  const all = found
    .filter((outage) => outage !== undefined)
    .map((outage) => ({ ...outage, bad: outage.bad.filter((_, index) => refusedBefore[index]) }));
  return { acceptsGood, all, printed, unhandledRejections };
}

/** Undefined if it should be warm, but refuses a good token: another check fails then. */
async function observe(
  create: CreateInstance,
  kind: OutageKind,
  state: Outage['state'],
  secrets: string[],
): Promise<Outage | undefined> {
  const watch = new ResourceWatch();
  const instance = await watch.run(create);
  const { authenticator } = instance;
  try {
    // First, because it may revoke what good() has returned.
    const bad = await instance.bad();
    const good = [await instance.good()];
    if (state === 'warm') {
      const accepted = watch.run(() =>
        Promise.all(good.map((token) => accepts(authenticator, token))),
      );
      if (!(await accepted).every(Boolean)) return undefined;
      good.push(await instance.good());
    }
    secrets.push(...[...good, ...bad].flatMap(secretsOf));
    await instance.outage?.(kind);
    const asked = watch.run(() =>
      [...good, ...bad].map((token) => new PendingToken(instance, token)),
    );
    const readsTooMuch = (): boolean => watch.maxBytesRead > MAX_BYTES;
    await eventually(
      () => asked.every(({ answer }) => answer !== undefined) || readsTooMuch(),
      PROVIDER_TURNS,
    );
    const answers = asked.map(({ token, answer }) => ({ token, answer }));
    return {
      kind,
      state,
      good: answers.slice(0, good.length),
      bad: answers.slice(good.length),
      readTooMuch: readsTooMuch(),
      destinations: watch.destinations,
    };
  } finally {
    watch.stop();
    await instance.close().catch(() => undefined);
  }
}

class PendingToken implements AskedToken {
  readonly token: string;
  answer: Answer | undefined;

  constructor({ authenticator }: CheckInstance, token: string) {
    this.token = token;
    void ask(authenticator, token).then((answer) => {
      this.answer = answer;
    });
  }
}

/** True if a token is accepted that is refused if there is no outage. */
export function acceptsBad({ bad }: Outage): boolean {
  return bad.some(({ answer }) => answer?.kind === 'accepted');
}
