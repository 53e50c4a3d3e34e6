import { Metadata } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../src/errors/config-error.ts';
import { AuthError } from '../src/errors/auth-error.ts';
import { bearerFromMetadata } from '../src/grpc/bearer-from-metadata.ts';
import { readGrpcOptions } from '../src/grpc/interceptor-options.ts';
import { StatusTable } from './support/status-table.ts';
import { stubAuthenticator } from './support/stub-authenticator.ts';

const authenticator = stubAuthenticator(() => undefined);

describe('what one call adds to its trailers', () => {
  it('does not reach the next call', () => {
    const table = new StatusTable();
    const refusal = new AuthError('invalid_token', 'signature');
    table.statusOf(refusal).metadata.add('x-added', '1');
    expect(table.statusOf(refusal).metadata.get('x-added')).toEqual([]);
  });
});

describe('an extractor', () => {
  it('that is changed after construction changes nothing', () => {
    const credentials = bearerFromMetadata();
    const given = { headers: ['authorization'], extract: credentials.extract.bind(credentials) };
    const { extract } = readGrpcOptions({ credentials: given }, authenticator);
    given.extract = () => ({ scheme: 'bearer', token: 'smuggled' });
    expect(extract(new Metadata())).toBeUndefined();
  });

  it('names only what a metadata field can be called', () => {
    const credentials = { headers: ['bad header'], extract: () => undefined };
    expect(() => readGrpcOptions({ credentials }, authenticator)).toThrow(/credentials\.headers/);
  });

  it('is not asked to read the field null', () => {
    expect(() => bearerFromMetadata({ header: null as never })).toThrow(ConfigError);
  });
});

describe('an AuthError whose cause throws as it is read', () => {
  it('leaves the depth of stacks as it was', () => {
    const before = Error.stackTraceLimit;
    const options = {
      get cause(): never {
        throw new Error('no');
      },
    };
    expect(() => new AuthError('unavailable', 'jwks', options)).toThrow('no');
    expect(Error.stackTraceLimit).toBe(before);
  });
});
