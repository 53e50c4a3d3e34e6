import type { Decision, JsonObject } from '@grpc-authn/core/authenticator';

/**
 * A decision in the shape of gRPC's audit log (gRFC A59), for a log in JSON. `timestamp` is now, in RFC 3339.
 * `principal` is the subject of the verified caller and `policy_name` the authenticator's name, empty if there is
 * none. `matched_rule` is the rule. `authorized` is false for a call that was refused, cancelled before the
 * decision, or ended.
 *
 * @example const onDecision = (decision: Decision) => console.log(JSON.stringify(toAuditRecord(decision)));
 */
export function toAuditRecord(decision: Decision): JsonObject {
  const { outcome, method, rule, principal, authenticator } = decision;
  return {
    grpc_audit_log: {
      timestamp: new Date().toISOString(),
      rpc_method: method,
      principal: principal?.subject ?? '',
      policy_name: authenticator ?? '',
      matched_rule: rule,
      authorized: outcome === 'allowed' || outcome === 'would_refuse',
    },
  };
}
