import { createCallGuard, createPrincipal, type Decision } from '@grpc-authn/core';
import { describe, expect, it } from 'vitest';
import { toAuditRecord } from '../src/index.ts';

function decide(token?: string): Decision {
  const decisions: Decision[] = [];
  const guard = createCallGuard({
    authenticator: {
      name: 'main',
      authenticate: () =>
        createPrincipal({
          authenticator: 'main',
          subject: 'alice\nbob',
          claims: { email: 'secret' },
        }),
    },
    onDecision: (decision) => void decisions.push(decision),
  });
  void guard.begin({
    method: '/orders.v1.Orders/Get',
    streaming: false,
    credentials: token === undefined ? undefined : { scheme: 'bearer', token },
    end: () => undefined,
  });
  const [decision] = decisions;
  if (decision === undefined) throw new Error('expected a decision');
  return decision;
}

describe('toAuditRecord()', () => {
  it('has the shape of gRPC, and only that', () => {
    expect(toAuditRecord(decide('token'))).toEqual({
      grpc_audit_log: {
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        rpc_method: '/orders.v1.Orders/Get',
        principal: String.raw`alice\u000abob`,
        policy_name: 'main',
        matched_rule: 'authenticated',
        authorized: true,
      },
    });
    expect(toAuditRecord(decide())).toMatchObject({
      grpc_audit_log: { principal: '', policy_name: '', authorized: false },
    });
  });

  it.each([
    ['would_refuse', true],
    ['cancelled', false],
    ['expired', false],
    ['revoked', false],
  ] as const)('says for %s that authorized is %s', (outcome, authorized) => {
    const decision: Decision = { ...decide('token'), outcome };
    expect(toAuditRecord(decision)).toMatchObject({ grpc_audit_log: { authorized } });
  });
});
