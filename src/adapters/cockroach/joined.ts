/**
 * Looks that are asked for side by side are taken once: many requests for one entitlement ask the same, and the answer walks through
 * the cluster's whole catalog.
 */
export function joined<T>(): { join(key: string, look: () => Promise<T>): Promise<T> } {
  const looks = new Map<string, Promise<T>>();
  return {
    join: (key, look) => {
      const now = looks.get(key) ?? look().finally(() => looks.delete(key));
      looks.set(key, now);
      return now;
    },
  };
}
