import type { Verdict } from '@grpc-authn/core/authenticator';
import type { OutageKind } from '../../../src/index.ts';
import type { BrokenSample } from '../broken-samples.ts';
import { principalOf, REFUSED, type Table, UNAVAILABLE } from '../table.ts';

interface DuringOutage {
  readonly token: string;
  readonly table: Table;
  readonly kind: OutageKind;
  /** It accepted a token before. */
  readonly isWarm: boolean;
}

/** Needs a provider. `answer` is its answer while the provider fails. */
export function remote(answer: (during: DuringOutage) => Verdict) {
  return (table: Table) => {
    let isWarm = false;
    return {
      authenticator: {
        authenticate({ token }: { readonly token: string }): Verdict {
          const kind = table.outage;
          if (kind !== undefined) return answer({ token, table, kind, isWarm });
          isWarm ||= table.tokens.has(token);
          return table.verify(token);
        },
      },
      async outage(kind: OutageKind): Promise<void> {
        table.outage = kind;
      },
    };
  };
}

const KINDS = ['unreachable', 'http500', 'hanging', 'garbage', 'endless'] as const;

/** Correct except in one kind of outage. */
function onlyIn(failing: OutageKind, answer: (during: DuringOutage) => Verdict) {
  return remote((during) => (during.kind === failing ? answer(during) : UNAVAILABLE()));
}

const NEVER_REACHED = 'accepts no token if its provider never gave a good answer';
const REFUSED_INSTEAD = 'reports an outage as unavailable, never as a refusal';
const ACCEPTS_BAD = 'accepts no bad token during an outage';

export const OUTAGE_SAMPLES: readonly BrokenSample[] = [
  ...KINDS.flatMap((kind) => [
    {
      breaks: NEVER_REACHED,
      by: `verifying tokens by itself (${kind})`,
      capabilities: ['network' as const],
      build: onlyIn(kind, ({ token, table }) =>
        table.tokens.has(token) ? principalOf() : UNAVAILABLE(),
      ),
    },
    {
      breaks: REFUSED_INSTEAD,
      by: `reporting the token as inactive (${kind})`,
      capabilities: ['network' as const],
      build: onlyIn(kind, REFUSED),
    },
    {
      breaks: ACCEPTS_BAD,
      by: `accepting everybody (${kind})`,
      capabilities: ['network' as const],
      build: onlyIn(kind, () => principalOf()),
    },
  ]),
  {
    breaks: NEVER_REACHED,
    by: 'needing no provider',
    capabilities: ['network'],
    build: remote(({ token, table }) => table.verify(token)),
  },
  {
    breaks: NEVER_REACHED,
    by: 'a subject without an outage',
    capabilities: ['network'],
    build: () => ({}),
  },
  {
    breaks: REFUSED_INSTEAD,
    by: 'reporting the token as inactive after it had accepted one',
    capabilities: ['network'],
    build: remote(({ isWarm }) => (isWarm ? REFUSED() : UNAVAILABLE())),
  },
  {
    breaks: ACCEPTS_BAD,
    by: 'accepting everybody after it had accepted one token',
    capabilities: ['network'],
    build: remote(({ isWarm }) => (isWarm ? principalOf() : UNAVAILABLE())),
  },
  {
    breaks: ACCEPTS_BAD,
    by: 'accepting what it cannot verify',
    capabilities: ['network'],
    build: remote(({ token }) => (token.startsWith('bad') ? principalOf() : UNAVAILABLE())),
  },
  {
    breaks: 'follows no redirect of its provider',
    by: 'accepting everybody',
    capabilities: ['network'],
    build: onlyIn('redirect', () => principalOf()),
  },
  {
    breaks: 'follows no redirect of its provider',
    by: 'reporting the token as inactive',
    capabilities: ['network'],
    build: onlyIn('redirect', REFUSED),
  },
];
