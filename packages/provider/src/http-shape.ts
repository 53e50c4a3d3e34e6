import * as z from 'zod';
import { type HttpOptions, TIMEOUT_MS } from './fetch/http-options.ts';

/** What a file can say of how a provider is asked: no fetch, and a certificate as text. */
export type HttpFileOptions = Omit<HttpOptions, 'fetch' | 'ca'> & { readonly ca?: string };

type Member<K extends keyof HttpFileOptions> = z.ZodExactOptional<
  z.ZodType<Exclude<HttpFileOptions[K], undefined>>
>;

export const httpShape: { readonly [K in keyof HttpFileOptions]-?: Member<K> } = {
  ca: z
    .string()
    .describe("PEM: the certificate authority that is trusted instead of the system's.")
    .exactOptional(),
  headers: z
    .record(z.string(), z.string())
    .meta({
      description: 'Sent with every request to an origin that is written in this file.',
      writeOnly: true,
    })
    .exactOptional(),
  timeoutMs: z
    .number()
    .min(TIMEOUT_MS.min)
    .max(TIMEOUT_MS.max)
    .meta({
      description: 'Milliseconds for one request, from connect to the last byte.',
      default: TIMEOUT_MS.default,
    })
    .exactOptional(),
  dangerouslyAllowHttpFrom: z
    .array(z.string().regex(/^http:\/\/[^/?#]+$/, 'wanted an origin such as http://idp:8080'))
    .describe('Origins that may be plain http, written out. Loopback needs none.')
    .exactOptional(),
};
