// An orders client, as any JavaScript client would be: it knows an address and a token.
// It reads the calls to make, one JSON object a line, and answers each with a line of its own.
import { createInterface } from 'node:readline';
import { credentials, Metadata, status } from '@grpc/grpc-js';
import { readAuthFailure } from '@grpc-authn/core/client';
import { Orders } from './orders-proto.js';

/** @type {any} */
const client = new Orders(process.argv[2] ?? '', credentials.createInsecure());

/**
 * @param {string} kind
 * @param {string | undefined} authorization
 * @returns {Promise<{ status: string, reason: string | undefined, received: unknown[] }>}
 */
function call(kind, authorization) {
  const metadata = new Metadata();
  if (authorization !== undefined) metadata.set('authorization', authorization);
  const options = { deadline: Date.now() + 10_000 };
  /** @type {unknown[]} */
  const received = [];
  return new Promise((resolve) => {
    /** @param {{ code: number }} end */
    const finish = (end) => {
      const reason = readAuthFailure(end)?.reason;
      resolve({ status: status[end.code] ?? String(end.code), reason, received });
    };
    /**
     * @param {unknown} _error
     * @param {unknown} answer
     */
    const keep = (_error, answer) => {
      if (answer !== undefined) received.push(answer);
    };
    const stream = start(kind, metadata, options, keep);
    stream.on('data', (/** @type {unknown} */ answer) => received.push(answer));
    stream.on('error', () => undefined);
    stream.on('status', finish);
  });
}

/**
 * @param {string} kind
 * @param {Metadata} metadata
 * @param {object} options
 * @param {(error: unknown, answer: unknown) => void} keep
 */
function start(kind, metadata, options, keep) {
  switch (kind) {
    case 'unary':
      return client.get({ id: 'o-1' }, metadata, options, keep);
    case 'client stream': {
      const upload = client.import(metadata, options, keep);
      for (const item of ['tea', 'salt']) upload.write({ item });
      upload.end();
      return upload;
    }
    case 'server stream':
      return client.list({}, metadata, options);
    case 'bidirectional': {
      const tracking = client.track(metadata, options);
      for (const id of ['o-1', 'o-2']) tracking.write({ id });
      tracking.end();
      return tracking;
    }
    case 'refund':
      return client.refund({ id: 'o-1' }, metadata, options, keep);
    case 'open stream': {
      // Never ended from here: the server ends it.
      const tracking = client.track(metadata, options);
      tracking.write({ id: 'o-1' });
      return tracking;
    }
    default:
      throw new Error(`no such kind of call: ${kind}`);
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { kind, authorization } = JSON.parse(line);
  console.log(JSON.stringify(await call(kind, authorization)));
}
client.close();
