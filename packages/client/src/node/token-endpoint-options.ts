import type { OneOrMore } from '@grpc-authn/core/authenticator';
import {
  checkOptionNames,
  checkText,
  checkTexts,
  describeSecret,
  wrongOption,
} from '@grpc-authn/core/internal';
import {
  type BasicEncodingOption,
  checkWrittenUrl,
  type ClientAuthentication,
  type ClientCredentials,
  type HttpOptions,
  type HttpSettings,
  PUBLIC_CLIENT,
  readBasicEncoding,
  readClientAuthentication,
  readHttpOptions,
} from '@grpc-authn/provider';
import type { RenewalOptions } from '../renewal-options.ts';
import { type CheckedRenewal, readRenewal, RENEWAL_OPTION_NAMES } from './renewal.ts';

/** Where and how a token is requested. */
export interface TokenEndpointOptions extends RenewalOptions {
  /** Its metadata names the token endpoint, and must name exactly this issuer. */
  readonly issuer: string;
  /** Where the metadata is read, if not at the issuer's address. */
  readonly metadataUrl?: string;
  /**
   * The token endpoint, if it is at another origin than the issuer (Amazon Cognito, Google): by the metadata alone,
   * credentials are not sent there. Then no metadata is read.
   */
  readonly tokenEndpoint?: string;
  readonly clientId: string;
  /** Default: a public client, which sends only its id. */
  readonly clientAuthentication?: ClientAuthentication;
  /**
   * How client_secret_basic writes id and secret: `form` percent-encodes them (RFC 6749, section 2.3.1),
   * `plain` does not. `auto` (default) begins with form and tries plain after a rejection.
   */
  readonly basicEncoding?: BasicEncodingOption;
  /** Separated by spaces. */
  readonly scope?: string;
  /** The services that the token is for, as URIs (RFC 8707). */
  readonly resource?: OneOrMore<string>;
  /** More parameters of the request, such as Auth0's `audience`. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly http?: HttpOptions;
}

export interface TokenEndpointSettings {
  readonly issuer: string;
  /** Undefined: the metadata names it. */
  readonly endpoint: URL | undefined;
  readonly location: { readonly issuerUrl: URL } | { readonly metadataUrl: URL };
  readonly clientId: string;
  readonly credentials: ClientCredentials;
  readonly basicEncoding: BasicEncodingOption;
  readonly http: HttpSettings;
  /** What the options add to each request. */
  readonly parameters: readonly (readonly [string, string])[];
  readonly renewal: CheckedRenewal;
}

const OPTION_NAMES = [
  'issuer',
  'metadataUrl',
  'tokenEndpoint',
  'clientId',
  'clientAuthentication',
  'basicEncoding',
  'scope',
  'resource',
  'parameters',
  'http',
  ...RENEWAL_OPTION_NAMES,
];

/** Options and the grants set these. */
const RESERVED: ReadonlySet<string> = new Set([
  'grant_type',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'scope',
  'resource',
  'refresh_token',
  'subject_token',
]);

/**
 * @param own the options of this kind of source, and the parameters that they set.
 * @throws ConfigError
 */
export function readTokenEndpointOptions(
  kind: string,
  options: TokenEndpointOptions,
  own: readonly string[] = [],
): TokenEndpointSettings {
  checkOptionNames(kind, options, [...OPTION_NAMES, ...own]);
  const http = readHttpOptions(options.http);
  const issuer = checkText('issuer', options.issuer);
  const { metadataUrl, tokenEndpoint, clientAuthentication } = options;
  if (metadataUrl !== undefined && tokenEndpoint !== undefined) {
    throw wrongOption('tokenEndpoint', 'both', 'metadataUrl or tokenEndpoint');
  }
  const location =
    metadataUrl === undefined
      ? { issuerUrl: checkWrittenUrl('issuer', issuer, http) }
      : { metadataUrl: checkWrittenUrl('metadataUrl', metadataUrl, http) };
  const credentials =
    clientAuthentication === undefined
      ? PUBLIC_CLIENT
      : readClientAuthentication(clientAuthentication);
  return Object.freeze({
    issuer,
    endpoint:
      tokenEndpoint === undefined
        ? undefined
        : checkWrittenUrl('tokenEndpoint', tokenEndpoint, http),
    location,
    clientId: checkText('clientId', options.clientId),
    credentials,
    basicEncoding: readBasicEncoding(options.basicEncoding, credentials.method),
    http,
    parameters: readParameters(options, own),
    renewal: readRenewal(options),
  });
}

function readParameters(
  { scope, resource, parameters = {} }: TokenEndpointOptions,
  own: readonly string[],
): TokenEndpointSettings['parameters'] {
  if (typeof parameters !== 'object' || parameters === null || Array.isArray(parameters)) {
    throw wrongOption('parameters', describeSecret(parameters), 'an object of strings');
  }
  for (const [name, value] of Object.entries(parameters) as readonly [string, unknown][]) {
    if (RESERVED.has(name) || own.includes(name)) {
      throw wrongOption(`parameters.${name}`, 'it', 'no parameter that the options set');
    }
    if (typeof value !== 'string') {
      throw wrongOption(`parameters.${name}`, describeSecret(value), 'a string');
    }
  }
  return [
    ...Object.entries(parameters),
    ...(scope === undefined ? [] : [['scope', checkText('scope', scope)] as const]),
    ...namedTexts('resource', resource),
  ];
}

/** One parameter for each text. */
export function namedTexts(
  name: string,
  texts: OneOrMore<string> | undefined,
): readonly (readonly [string, string])[] {
  return texts === undefined ? [] : checkTexts(name, texts).map((text) => [name, text] as const);
}
