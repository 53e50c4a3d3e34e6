import { type Admission, AuthError, findAdmission, toStatus } from '@grpc-authn/core';
import type { Metadata } from '@grpc/grpc-js';
import { type Observable, of, throwError } from 'rxjs';

/** The grpc-js call of a stream handler in the call style. */
interface StreamCall {
  readonly metadata: Metadata;
  emit(event: 'error', status: object): unknown;
}

/**
 * What NestJS passes to a handler: (message or stream of messages, metadata, call), and in the call style
 * (call) or (call, callback).
 */
export type HandlerArguments = readonly unknown[];

/** undefined if the interceptor never saw the call. */
export function admissionOf(args: HandlerArguments): Admission | undefined {
  const call = isCallStyle(args) ? args[0] : args[2];
  return typeof call === 'object' && call !== null
    ? findAdmission(call as StreamCall)
    : undefined;
}

export function isCallStyle(args: HandlerArguments): boolean {
  return args.length < 3;
}

/**
 * Ends a call that the interceptor did not admit with INTERNAL. In the call style NestJS sends no error and
 * leaves a rejected promise behind, which ends the process, so the status is sent here.
 */
export function refuseCall(args: HandlerArguments): Observable<unknown> {
  const status = toStatus(new AuthError('internal', 'bug'));
  if (!isCallStyle(args)) return throwError(() => status);
  const [call, callback] = args;
  if (typeof callback === 'function') callback(status);
  else (call as StreamCall).emit('error', status);
  return of(undefined);
}

let hasWarned = false;

/** The caller learns nothing about it. */
export function warnNotAdmitted(): void {
  if (hasWarned) return;
  hasWarned = true;
  process.emitWarning(
    'a call reached a NestJS handler that the interceptor did not admit, so it was refused: pass the options ' +
      'of every gRPC transport through withGrpcAuth(), and keep its interceptor the last one',
    { code: 'GRPC_AUTHN_NOT_ADMITTED' },
  );
}
