import type { NextCall } from '@grpc/grpc-js';

/** grpc-js does not export the names of these. */
export type CallInterface = ReturnType<NextCall>;
export type MessageContext = Parameters<CallInterface['sendMessageWithContext']>[0];
