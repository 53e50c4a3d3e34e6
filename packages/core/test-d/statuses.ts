import { type Metadata, status } from '@grpc/grpc-js';
import {
  type AuthInterceptorOptions,
  AuthError,
  type RefusalStatus,
  type RefusedStatus,
  type StatusOverrides,
  toStatus,
} from '../src/index.ts';
import { assertType, type Equals } from './equals.ts';

function accept(_statuses: StatusOverrides): void {}

// Any refusal, with or without a message.
accept({});
accept({ invalid_token: status.PERMISSION_DENIED });
accept({ internal: { code: status.UNKNOWN, message: 'Something went wrong' } });
accept({ unavailable: status.UNAVAILABLE });
accept({ unavailable: status.RESOURCE_EXHAUSTED });

// @ts-expect-error -- OK is no refusal
accept({ invalid_token: status.OK });
// @ts-expect-error -- OK is no refusal, with a message neither
accept({ missing_credentials: { code: status.OK, message: 'fine' } });
// @ts-expect-error -- an outage stays an outage
accept({ unavailable: status.PERMISSION_DENIED });
// @ts-expect-error -- an outage keeps its message
accept({ unavailable: { code: status.UNAVAILABLE, message: 'later' } });
// @ts-expect-error -- there is no such code
accept({ expired: status.UNAUTHENTICATED });
// @ts-expect-error -- a message comes with a code
accept({ internal: { message: 'no code' } });

assertType<Equals<Extract<RefusedStatus, status.OK>, never>>();
assertType<Equals<AuthInterceptorOptions['statuses'], StatusOverrides | undefined>>();

const refusal = toStatus(new AuthError('permission_denied', 'scope'));
assertType<Equals<typeof refusal, RefusalStatus>>();
assertType<
  Equals<
    RefusalStatus,
    { readonly code: status; readonly details: string; readonly metadata: Metadata }
  >
>();
