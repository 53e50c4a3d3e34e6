import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';

/** The last is undici's, for a socket that the server closed in an orderly way. */
const CLOSED_BY_PEER = new Set<string | undefined>(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/**
 * Finds requests that were sent over a kept-alive socket and lost with it before any byte of an answer. That
 * happens when the server closes an idle socket at the moment when it is used again (RFC 9112, section 9.3.1).
 */
export class ResetSockets {
  readonly #lost = new WeakSet<Error>();

  /** Watches the sockets that the connector opens. */
  watch(connect: buildConnector.connector): buildConnector.connector {
    return (options, callback) => {
      connect(options, (...opened) => {
        const [error, socket] = opened;
        if (error === null) this.#watch(socket);
        callback(...opened);
      });
    };
  }

  /** The request that failed with this error may be sent once more. */
  isReset(error: unknown): boolean {
    return error instanceof Error && this.#lost.has(error);
  }

  #watch(socket: Socket): void {
    /** What a request is written after: nothing on a new socket, the last answer on a kept-alive one. */
    let readBefore: number | undefined;
    let isKeptAlive = false;
    const write = socket.write.bind(socket) as (...written: unknown[]) => boolean;
    socket.write = (...written: unknown[]) => {
      const { bytesRead } = socket;
      isKeptAlive ||= readBefore !== undefined && bytesRead > readBefore;
      readBefore = bytesRead;
      return write(...written);
    };
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const isUnanswered = isKeptAlive && socket.bytesRead === readBefore;
      if (isUnanswered && CLOSED_BY_PEER.has(error.code)) this.#lost.add(error);
    });
  }
}
