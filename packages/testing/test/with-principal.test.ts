import { createPrincipal, findPrincipal, getPrincipal, type Principal } from '@grpc-authn/core';
import { Metadata, type sendUnaryData, type ServerUnaryCall, status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { withPrincipal } from '../src/index.ts';
import { tableSubject } from './support/table.ts';

interface OrderRequest {
  readonly id: string;
}
type OrderCall = ServerUnaryCall<OrderRequest, string>;

/** A mock with what the handler reads, and real metadata. */
function unaryCall(id: string): OrderCall {
  return { request: { id }, metadata: new Metadata() } as OrderCall;
}

function getOrder(call: OrderCall, callback: sendUnaryData<string>): void {
  const { subject, scopes } = getPrincipal(call);
  if (scopes.includes('orders:read')) callback(null, `${subject} reads ${call.request.id}`);
  else callback({ code: status.PERMISSION_DENIED });
}

function replyTo(call: OrderCall): unknown {
  let reply: unknown;
  getOrder(call, (error, value) => {
    reply = error ?? value;
  });
  return reply;
}

const alice = createPrincipal({
  authenticator: 'table',
  subject: 'alice',
  scopes: ['orders:read'],
});

describe('a handler in a unit test', () => {
  it('is called for the given principal', () => {
    expect(replyTo(withPrincipal(unaryCall('7'), alice))).toBe('alice reads 7');
    const bob = createPrincipal({ authenticator: 'table', subject: 'bob' });
    expect(replyTo(withPrincipal(unaryCall('7'), bob))).toEqual({ code: status.PERMISSION_DENIED });
  });

  it('throws for a call without a principal', () => {
    expect(() => replyTo(unaryCall('7'))).toThrow('never saw this call');
  });
});

describe('a call with a principal', () => {
  it('is the same call, with the same principal', () => {
    const call = unaryCall('7');
    expect(withPrincipal(call, alice)).toBe(call);
    expect(getPrincipal(call)).toBe(alice);
    expect(findPrincipal(call)).toBe(alice);
  });

  it('has the principal that was set last', () => {
    const call = withPrincipal(unaryCall('7'), alice);
    const bob = createPrincipal({ authenticator: 'table', subject: 'bob' });
    expect(getPrincipal(withPrincipal(call, bob))).toBe(bob);
  });

  it('returns the principal only for its authenticator', async () => {
    const { authenticator } = await tableSubject().create();
    const call = withPrincipal(unaryCall('7'), alice);
    expect(getPrincipal(call, authenticator)).toBe(alice);
    const other = { ...authenticator, name: 'other' };
    expect(() => getPrincipal(call, other)).toThrow('authenticated by "table", not by "other"');
  });

  it('sends no part of the principal over the wire', () => {
    expect(withPrincipal(unaryCall('7'), alice).metadata.toHttp2Headers()).toEqual({});
  });

  it('accepts only principals from createPrincipal', () => {
    const made: Principal = { ...alice };
    expect(() => withPrincipal(unaryCall('7'), made)).toThrow(TypeError);
  });
});
