import { Fault } from '../../core/errors.ts';

/** Resolves or rejects within `millis`, whatever hangs. What comes later is dropped. */
export async function within<T>(millis: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Fault('queue_unavailable', 'later', `the queue did not ${what} within ${millis} ms`)),
      millis,
    );
  });
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
