import pg from 'pg';

const everyMs = 1000;
const patienceMs = 5000;

/**
 * Asks a database the same thing once a second, over one connection that is opened anew after it broke.
 *
 * @param told is given each answer, or why there was none
 * @returns ends it
 */
export function poll<T>(o: {
  readonly url: string;
  readonly name: string;
  readonly read: (client: pg.Client) => Promise<T>;
  readonly told: (answer: { readonly value: T } | { readonly fault: string }) => void;
}): () => void {
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;

  async function connected(): Promise<pg.Client> {
    if (client !== null) return client;
    const fresh = new pg.Client({
      connectionString: o.url,
      application_name: o.name,
      connectionTimeoutMillis: patienceMs,
      query_timeout: patienceMs,
    });
    fresh.on('error', () => undefined); // the next question finds it broken, and says so
    await fresh.connect();
    client = fresh;
    return fresh;
  }

  function drop(): void {
    const old = client;
    client = null;
    void old?.end().catch(() => undefined);
  }

  async function ask(): Promise<void> {
    try {
      const value = await o.read(await connected());
      if (!isOver) o.told({ value });
    } catch (error) {
      drop();
      if (!isOver) o.told({ fault: error instanceof Error ? error.message : String(error) });
    }
    if (isOver) drop();
    else timer = setTimeout(() => void ask(), everyMs);
  }

  void ask();
  return () => {
    isOver = true;
    clearTimeout(timer);
    drop();
  };
}
