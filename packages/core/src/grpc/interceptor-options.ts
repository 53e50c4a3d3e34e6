import type { Authenticator } from '../contract/authenticator.ts';
import { checkClock, type Clock } from '../contract/clock.ts';
import {
  checkFunction,
  checkOneOf,
  checkOptionNames,
  checkTexts,
  describeValue,
  wrongOption,
} from '../errors/option-checks.ts';
import { Gate } from '../gate/gate.ts';
import type { Policy } from '../policy/checked-policy.ts';
import {
  bearerFromMetadata,
  checkMetadataKey,
  type CredentialsExtractor,
} from './bearer-from-metadata.ts';
import type { Decision } from './decision.ts';
import { OpenCalls } from './open-calls.ts';
import { type StatusOverrides, StatusTable } from './status.ts';
import { readStreamOptions, type StreamOptions, type StreamSettings } from './stream-options.ts';

export interface AuthInterceptorOptions {
  /** Who verifies. */
  readonly authenticator: Authenticator<object>;
  /** Who may call what; none: every method needs a verified caller. */
  readonly policy?: Policy;
  /** Where the credentials are; `bearerFromMetadata()` unless said. */
  readonly credentials?: CredentialsExtractor;
  /** Other statuses (and messages) than the usual ones, by error code. */
  readonly statuses?: StatusOverrides;
  /** Milliseconds an authentication may take, also for a client without a deadline; 10,000. */
  readonly timeoutMs?: number;
  /** When streaming calls end whose token ends. */
  readonly streams?: StreamOptions;
  /** 'async_context' has currentPrincipal() too, at some cost; 'metadata' unless said. */
  readonly propagation?: 'metadata' | 'async_context';
  /** 'always' leaves the credentials in the metadata, for relaying; 'never' takes them out. */
  readonly forwardToken?: 'never' | 'always';
  /** Called once a call, when it is decided; never for a public method. What it throws is dropped. */
  readonly onDecision?: (decision: Decision) => void;
  readonly clock?: Clock;
}

/** The options, checked and copied once: what the caller changes later changes nothing. */
export interface InterceptorSettings {
  readonly root: Authenticator<object>;
  readonly gate: Gate;
  readonly extractor: CredentialsExtractor;
  /** The metadata keys to take out before the handler runs. */
  readonly hidden: readonly string[];
  readonly statuses: StatusTable;
  readonly streams: StreamSettings;
  readonly openCalls: OpenCalls;
  readonly asyncContext: boolean;
  readonly onDecision: ((decision: Decision) => void) | undefined;
  readonly clock: Clock;
}

export function readInterceptorOptions(options: AuthInterceptorOptions): InterceptorSettings {
  checkOptionNames('createAuthInterceptor', options, [
    'authenticator',
    'policy',
    'credentials',
    'statuses',
    'timeoutMs',
    'streams',
    'propagation',
    'forwardToken',
    'onDecision',
    'clock',
  ]);
  const { authenticator, forwardToken, onDecision, propagation } = options;
  checkOneOf('propagation', propagation, ['metadata', 'async_context']);
  checkOneOf('forwardToken', forwardToken, ['never', 'always']);
  checkFunction('onDecision', onDecision);
  const clock = checkClock(options.clock);
  const gate = new Gate(options, clock);
  const extractor = checkExtractor(options.credentials);
  return Object.freeze({
    root: authenticator,
    gate,
    extractor,
    hidden: forwardToken === 'always' ? [] : extractor.headers,
    statuses: new StatusTable(options.statuses),
    streams: readStreamOptions(options.streams),
    openCalls: new OpenCalls(authenticator, clock),
    asyncContext: propagation === 'async_context',
    onDecision,
    clock,
  });
}

function checkExtractor(
  extractor: CredentialsExtractor = bearerFromMetadata(),
): CredentialsExtractor {
  if (typeof extractor !== 'object' || extractor === null) {
    throw wrongOption('credentials', describeValue(extractor), 'a CredentialsExtractor');
  }
  if (typeof extractor.extract !== 'function') {
    throw wrongOption('credentials', 'an object without extract()', 'a CredentialsExtractor');
  }
  const headers = checkTexts('credentials.headers', extractor.headers).map((header) =>
    checkMetadataKey('credentials.headers', header),
  );
  return { headers, extract: extractor.extract.bind(extractor) };
}
