import {
  type Authenticator,
  authenticated,
  confirmedBy,
  definePolicy,
  denyAll,
  healthAndReflection,
  type Policy,
  requireAll,
  requireScopes,
  rulesFor,
} from '@grpc-authn/core';
import { Orders } from './orders-proto.js';

/** Who may call what. A method that no rule names does not start the server. */
export function ordersPolicy(secondOpinion: Authenticator<object> | undefined): Policy {
  return definePolicy({
    services: [Orders.service],
    rules: {
      ...rulesFor(Orders.service, {
        Get: authenticated(),
        Track: authenticated(),
        List: requireScopes('orders:read'),
        Import: requireScopes('orders:write'),
        Refund:
          secondOpinion === undefined
            ? denyAll()
            : requireAll(requireScopes('orders:write'), confirmedBy(secondOpinion)),
      }),
      ...healthAndReflection(),
    },
  });
}
