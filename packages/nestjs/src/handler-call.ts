import {
  type Admission,
  AuthError,
  findAdmission,
  type RefusalStatus,
  toStatus,
} from '@grpc-authn/core';
import type { Metadata } from '@grpc/grpc-js';

/** The grpc-js call of a stream handler in the call style. */
interface StreamCall {
  readonly metadata: Metadata;
  emit(event: 'error', status: RefusalStatus): unknown;
}

type StreamCallArguments = readonly [call: StreamCall, callback?: (status: RefusalStatus) => void];

/**
 * What NestJS passes to a handler: (message or stream of messages, metadata, call), and in the call style
 * (call) or (call, callback).
 */
export type HandlerArguments = readonly unknown[];

/** undefined if the interceptor never saw the call. */
export function admissionOf(args: HandlerArguments): Admission | undefined {
  const call = args.length < 3 ? args[0] : args[2];
  return typeof call === 'object' && call !== null ? findAdmission(call as StreamCall) : undefined;
}

/** Whether the handler has the call style. */
export function isStreamCall(args: HandlerArguments): args is StreamCallArguments {
  const [call] = args as readonly [Partial<StreamCall> | null | undefined];
  return args.length < 3 && typeof call?.emit === 'function';
}

/**
 * Ends a call in the call style. There NestJS sends no error that is thrown, and leaves a rejected promise behind,
 * which ends the process.
 */
export function sendStatus([call, callback]: StreamCallArguments, status: RefusalStatus): void {
  if (callback === undefined) call.emit('error', status);
  else callback(status);
}

/** The status of a call that the interceptor did not admit. The caller does not learn why. */
export function notAdmitted(): RefusalStatus {
  warnOnce();
  return toStatus(new AuthError('internal', 'bug'));
}

let hasWarned = false;

function warnOnce(): void {
  if (hasWarned) return;
  hasWarned = true;
  process.emitWarning(
    'a call reached a NestJS handler that the interceptor did not admit, so it was refused: pass the options ' +
      'of every gRPC transport through withGrpcAuth(), and keep its interceptor the last one',
    { code: 'GRPC_AUTHN_NOT_ADMITTED' },
  );
}
