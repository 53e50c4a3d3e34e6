import { createServer } from 'node:net';

/** Loopback addresses of attackers. Good callers have 127.0.0.1. */
export function otherAddresses(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `127.0.0.${index + 2}`);
}

/** macOS has 127.0.0.1 only, unless others are configured. */
export function hasOtherAddresses(): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(0, otherAddresses(1)[0], () => server.close(() => resolve(true)));
  });
}
