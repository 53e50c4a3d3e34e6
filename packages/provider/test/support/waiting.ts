import { vi } from 'vitest';

/** Waits for something that real sockets bring: a fake clock does not move them. */
export async function eventually(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  await vi.waitFor(
    async () => {
      if (!(await isTrue())) throw new Error('expected the condition to become true within 3 s');
    },
    { interval: 2, timeout: 3000 },
  );
}

/** Gives sockets and promises time, before a test checks that something did not happen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
