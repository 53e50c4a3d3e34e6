import type { Metadata } from '@grpc/grpc-js';
import type { Authenticator } from '../contract/authenticator.ts';
import type { Clock } from '../contract/clock.ts';
import { checkOneOf, checkTexts, describeValue, wrongOption } from '../errors/option-checks.ts';
import { checkMetadataKey } from '../credentials/bearer.ts';
import type { CallGuard } from '../guard/call-guard.ts';
import type { BindingOptions } from '../guard/guard-options.ts';
import {
  bearerFromMetadata,
  type CredentialsExtractor,
  extractFrom,
} from './bearer-from-metadata.ts';

/** The options that only the grpc-js interceptor has. */
export interface GrpcOptions {
  /** Where the credentials are; default bearerFromMetadata(). */
  readonly credentials?: CredentialsExtractor;
  /** Default 'metadata'. 'async_context' makes currentPrincipal() work, at some cost. */
  readonly propagation?: 'metadata' | 'async_context';
  /**
   * Default 'never': the credentials are removed from the metadata, on a public method too. 'always'
   * leaves them there, for calls to other services on the caller's behalf.
   */
  readonly forwardToken?: 'never' | 'always';
}

export type AuthInterceptorOptions = Omit<BindingOptions, 'credentials'> & GrpcOptions;

/** For a guard that other bindings of the same server use, too. */
export interface SharedGuardOptions extends GrpcOptions {
  readonly guard: CallGuard;
  /** The authenticator of the guard, for getPrincipal(call, from). */
  readonly authenticator: Authenticator<object>;
  /** The clock of the guard. */
  readonly clock?: Clock;
}

export const SHARED_GUARD_OPTION_NAMES: readonly (keyof SharedGuardOptions)[] = [
  'guard',
  'authenticator',
  'clock',
  'credentials',
  'propagation',
  'forwardToken',
];

/** The options, checked and copied once. */
export interface GrpcSettings {
  readonly extract: (metadata: Metadata) => ReturnType<CredentialsExtractor['extract']>;
  /** The metadata keys that are removed before the handler runs. */
  readonly hidden: readonly string[];
  readonly asyncContext: boolean;
}

/** @throws ConfigError for a wrong option. */
export function readGrpcOptions(
  options: GrpcOptions,
  authenticator: Authenticator<object>,
): GrpcSettings {
  const { credentials, propagation, forwardToken } = options;
  checkOneOf('propagation', propagation, ['metadata', 'async_context']);
  checkOneOf('forwardToken', forwardToken, ['never', 'always']);
  const { headers, extract } = checkExtractor(credentials, authenticator);
  return Object.freeze({
    extract,
    hidden: forwardToken === 'always' ? [] : headers,
    asyncContext: propagation === 'async_context',
  });
}

function checkExtractor(
  extractor: CredentialsExtractor = bearerFromMetadata(),
  authenticator: Authenticator<object>,
): Pick<CredentialsExtractor, 'headers'> & Pick<GrpcSettings, 'extract'> {
  if (typeof extractor !== 'object' || extractor === null) {
    throw wrongOption('credentials', describeValue(extractor), 'a CredentialsExtractor');
  }
  if (typeof extractor.extract !== 'function') {
    throw wrongOption('credentials', 'an object without extract()', 'a CredentialsExtractor');
  }
  const headers = checkTexts('credentials.headers', extractor.headers).map((header) =>
    checkMetadataKey('credentials.headers', header),
  );
  return { headers, extract: extractFrom(extractor, authenticator) };
}
