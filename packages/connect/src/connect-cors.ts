import { cors } from '@connectrpc/connect';

/**
 * For CORS: the headers that a browser must be allowed to send, and those of a refusal that it must be allowed to
 * read. They include Connect's own lists. Add your header if `credentials.header` is not 'authorization'.
 *
 * @example cors({ origin, methods: ['POST', 'GET'], ...connectCors })
 */
export const connectCors: {
  readonly allowedHeaders: readonly string[];
  readonly exposedHeaders: readonly string[];
} = Object.freeze({
  allowedHeaders: Object.freeze([...cors.allowedHeaders, 'Authorization']),
  exposedHeaders: Object.freeze([
    ...cors.exposedHeaders,
    'WWW-Authenticate',
    'Grpc-Retry-Pushback-Ms',
  ]),
});
