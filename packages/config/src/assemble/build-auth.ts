import {
  type Authenticator,
  type AuthEvent,
  type Clock,
  ConfigError,
  type DescriptorSet,
  type Policy,
  type PolicyOptions,
} from '@grpc-authn/core/authenticator';
import { allOf, checkPolicy, leavesOf } from '@grpc-authn/core/internal';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { AuthenticatorAdapter } from '../adapter/define-adapter.ts';
import { CONFIG_SCHEMA, type ConfigSpec } from '../schema/config-schema.ts';
import type { ConfigSource } from '../source/config-source.ts';
import { adapterRoots, Adapters } from './adapters.ts';
import { AuthenticatorBuilder } from './authenticator-builder.ts';
import { checkSchema } from './check-schema.ts';
import { ClaimPaths } from './claim-paths.ts';
import { type GuardOptions, type GuardSettings, guardSettings } from './guard-settings.ts';
import { participantsOf, type Participants } from './described-authenticator.ts';
import { PendingCount } from './pending-count.ts';
import { buildPolicy } from './policy-builder.ts';
import { Problems } from './problems.ts';
import { allReady } from './readiness.ts';
import { RuleBuilder } from './rule-builder.ts';

export interface BuildOptions {
  readonly adapters: readonly AuthenticatorAdapter[];
  readonly services: PolicyOptions['services'];
  readonly descriptorSet: DescriptorSet | undefined;
  readonly claims: StandardSchemaV1 | undefined;
  readonly clock: Clock | undefined;
  /** What the code says of the guard. */
  readonly guard: GuardOptions;
  readonly report: (event: AuthEvent) => void;
}

/** What was made from a config. */
export interface BuiltAuth {
  readonly root: Authenticator<object>;
  /** Undefined: every method requires authentication. */
  readonly policy: Policy | undefined;
  readonly guard: GuardSettings;
  /** The pending authentications: of `root`, counted by its caller, and the confirmations. */
  readonly pending: PendingCount;
  /** What a reload compares. */
  readonly participants: Participants;
  /** What is allowed and probably wrong. */
  readonly warnings: readonly string[];
  ready(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** @throws ConfigError with everything that is wrong; then nothing is left open. */
export async function buildAuth(source: ConfigSource, options: BuildOptions): Promise<BuiltAuth> {
  const problems = new Problems(source);
  const config = await checkSchema(CONFIG_SCHEMA, source.value, [], problems);
  const sections = config ?? (await fittingSections(source.value));
  const { authenticators = {}, authenticator, policy: spec } = sections;
  const adapters = new Adapters(options.adapters, adapterRoots(source.folder));
  const builder = new AuthenticatorBuilder(authenticators, { ...options, adapters, problems });
  const leaves = (): readonly Authenticator<object>[] => [...leavesOf(builder.made)];
  const close = (): Promise<void> => allOf(leaves(), 'close', (leaf) => leaf.close?.());
  try {
    await builder.buildNamed();
    // A missing one is reported, unless it is there and does not fit.
    const isBuilt = config !== undefined || authenticator !== undefined;
    const root = isBuilt ? await builder.build(authenticator, ['authenticator']) : undefined;
    const claimPaths = new ClaimPaths(source);
    const pending = new PendingCount();
    const rules = new RuleBuilder(builder, { problems, claimPaths, pending });
    const policy = await buildPolicy(spec, rules, { ...options, source, problems });
    const guard = guardSettings(sections, options.guard, problems);
    if (root !== undefined && problems.count === 0) checkFit(policy, root, problems);
    problems.check();
    if (root === undefined) throw new TypeError('an adapter hid the error of one of its children');
    return {
      root,
      policy,
      guard,
      pending,
      participants: {
        root: participantsOf(builder.describe(root)),
        confirmations: builder.confirmations.flatMap((each) => participantsOf(each)),
      },
      warnings: claimPaths.warnings,
      close,
      ready: (signal) =>
        allReady(leaves(), signal, { source, pathOf: (made) => builder.pathOf(made) }),
    };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}

/** The sections of a config that fit, where others do not: all problems are reported at once. */
async function fittingSections(config: unknown): Promise<ConfigSpec> {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) return {};
  const fitting: ConfigSpec[] = [];
  for (const [name, section] of Object.entries(config)) {
    const result = await CONFIG_SCHEMA['~standard'].validate({ [name]: section });
    if (result.issues === undefined) fitting.push(result.value);
  }
  return Object.assign({}, ...fitting) as ConfigSpec;
}

/** An authenticator that accepts any audience needs scope rules. */
function checkFit(
  policy: Policy | undefined,
  root: Authenticator<object>,
  problems: Problems,
): void {
  try {
    checkPolicy(policy, root);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const { message } of error.problems) problems.add(['policy'], message);
  }
}
