import { EchoClient } from '../echo-client.ts';

/** More than grpc-js makes whatever the policy. */
export const MAX_ATTEMPTS = 5;

/** A client that sends a call again as soon as it may. */
export function createRetryingClient(port: number): EchoClient {
  const retryPolicy = {
    maxAttempts: MAX_ATTEMPTS,
    initialBackoff: '0.01s',
    maxBackoff: '0.01s',
    backoffMultiplier: 1,
    retryableStatusCodes: ['UNAVAILABLE'],
  };
  return new EchoClient(`127.0.0.1:${port}`, undefined, {
    'grpc.service_config': JSON.stringify({
      loadBalancingConfig: [],
      methodConfig: [{ name: [{}], retryPolicy }],
    }),
  });
}
