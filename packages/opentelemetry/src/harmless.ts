import { diag } from '@opentelemetry/api';

/** A channel, or a later turn of the event loop, ends the process with what a listener throws. */
export function harmless<T>(listener: (message: T) => void): (message: T) => void {
  return (message) => {
    try {
      listener(message);
    } catch (error) {
      diag.error('grpc-authn: a decision was not recorded', error);
    }
  };
}
