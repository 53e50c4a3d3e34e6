// The section `http` of the plug-ins that ask a provider.
import {
  anyValue,
  kept,
  type MemberSchemas,
  numberIn,
  type Strictness,
  subset,
  z,
} from '@grpc-authn/config/adapter';
import { type HttpOptions, TIMEOUT_MS } from './fetch/http-options.ts';

/** What a file can set about requests to a provider: no fetch, and a certificate as text. */
export type HttpFileOptions = Omit<HttpOptions, 'fetch' | 'ca'> & { readonly ca?: string };

export const httpSchema: MemberSchemas<HttpFileOptions> = {
  ca: z
    .string()
    .describe("The certificate authority in PEM, trusted instead of the system's.")
    .exactOptional(),
  headers: z
    .record(z.string(), z.string())
    .meta({
      description: 'Sent with every request to an origin that is named in this file.',
      writeOnly: true,
    })
    .exactOptional(),
  timeoutMs: numberIn(
    TIMEOUT_MS,
    'The time limit of one request in milliseconds, from connecting to the last byte.',
  ).exactOptional(),
  dangerouslyAllowHttpFrom: z
    .array(z.string().regex(/^http:\/\/[^/?#]+$/, 'expected an origin such as http://idp:8080'))
    .describe('Origins that may use plain http. Loopback is always allowed.')
    .exactOptional(),
  proxy: z
    .union([z.literal('environment'), z.literal(false), z.string().regex(/^https?:/)])
    .meta({
      description:
        'environment (default): HTTPS_PROXY and NO_PROXY. false: no proxy. A URL: this proxy; user name and password may be part of it.',
      writeOnly: true,
    })
    .exactOptional(),
};

export const httpStrictness: Strictness<HttpFileOptions> = {
  ca: kept,
  headers: anyValue,
  timeoutMs: anyValue,
  dangerouslyAllowHttpFrom: subset<string>([]),
  proxy: anyValue,
};
