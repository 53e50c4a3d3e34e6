import { diag } from '@opentelemetry/api';

/** Catches what a listener throws: on a channel, or in a later turn of the event loop, it would end the process. */
export function harmless<T>(listener: (message: T) => void): (message: T) => void {
  return (message) => {
    try {
      listener(message);
    } catch (error) {
      diag.error('grpc-authn: a decision was not recorded', error);
    }
  };
}
