import { subscribe } from 'node:diagnostics_channel';

/** The public channels of core. */
const CHANNELS = ['grpc-authn:decision', 'grpc-authn:event', 'grpc-authn:cache'];

/** Adds a subscriber that does nothing to each channel, until the process ends. */
export function subscribeToAll(): void {
  for (const name of CHANNELS) subscribe(name, () => undefined);
}
