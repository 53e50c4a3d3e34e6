// The calls of an orders client, as any JavaScript client makes them: it has an address, and a source of tokens.
import { credentials, Metadata, status } from '@grpc/grpc-js';
import { createTokenInterceptor } from '@grpc-authn/client/grpc-js';
import { readAuthFailure } from '@grpc-authn/core/client';
import { Health, Orders } from './orders-proto.js';

/** @typedef {{ status: string, reason: string | undefined, received: unknown[] }} CallResult */

export class OrdersClient {
  /** @type {any} */
  #orders;
  /** @type {any} */
  #health;

  /**
   * @param {string} address
   * @param {import('@grpc-authn/client').TokenSource} [tokens] of all calls
   */
  constructor(address, tokens) {
    const interceptors = tokens === undefined ? [] : [createTokenInterceptor(tokens)];
    this.#orders = new Orders(address, credentials.createInsecure(), { interceptors });
    this.#health = new Health(address, credentials.createInsecure());
  }

  /**
   * @param {string} kind
   * @param {string} [authorization] of this call, instead of a token of the source
   * @returns {Promise<CallResult>}
   */
  call(kind, authorization) {
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
      const stream = this.#start(kind, metadata, options, keep);
      stream.on('data', (/** @type {unknown} */ answer) => received.push(answer));
      stream.on('error', () => undefined);
      stream.on('status', finish);
    });
  }

  close() {
    this.#orders.close();
    this.#health.close();
  }

  /**
   * @param {string} kind
   * @param {Metadata} metadata
   * @param {object} options
   * @param {(error: unknown, answer: unknown) => void} keep
   */
  #start(kind, metadata, options, keep) {
    const orders = this.#orders;
    switch (kind) {
      case 'unary':
        return orders.get({ id: 'o-1' }, metadata, options, keep);
      case 'client stream': {
        const upload = orders.import(metadata, options, keep);
        for (const item of ['tea', 'salt']) upload.write({ item });
        upload.end();
        return upload;
      }
      case 'server stream':
        return orders.list({}, metadata, options);
      case 'bidirectional': {
        const tracking = orders.track(metadata, options);
        for (const id of ['o-1', 'o-2']) tracking.write({ id });
        tracking.end();
        return tracking;
      }
      case 'refund':
        return orders.refund({ id: 'o-1' }, metadata, options, keep);
      case 'health':
        return this.#health.check({}, metadata, options, keep);
      case 'watch': {
        const watching = orders.watch({}, metadata, options);
        watching.once('data', () => watching.cancel());
        return watching;
      }
      case 'open stream': {
        // Never ended by the client: the server ends it.
        const tracking = orders.track(metadata, options);
        tracking.write({ id: 'o-1' });
        return tracking;
      }
      default:
        throw new Error(`expected a kind of call, received ${kind}`);
    }
  }
}
