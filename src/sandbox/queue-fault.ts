import pg from 'pg';

export type QueueFault = 'flush' | 'down' | 'none';

/** The schema of BullMQ's PostgreSQL backend in the bot's database. */
const schema = 'crdb_access_queue';

/**
 * Faults of the queue, as a hand outside the bot would cause them: `flush` drops everything that BullMQ keeps; `down` locks its tables,
 * so that every statement on the queue hangs while the store goes on answering.
 *
 * @param url the bot's database
 */
export function queueFaults(url: string): (fault: QueueFault) => Promise<void> {
  let holding: pg.Client | null = null;
  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: url, application_name: 'sandbox chaos' });
    client.on('error', () => (holding = null));
    await client.connect();
    return client;
  };
  const mend = async (): Promise<void> => {
    const client = holding;
    holding = null;
    await client?.end().catch(() => undefined);
  };
  const faults: { readonly [F in QueueFault]: () => Promise<void> } = {
    none: mend,
    flush: async () => {
      await mend();
      const client = await connect();
      try {
        await untilNoDeadlock(() => client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`));
      } finally {
        await client.end();
      }
    },
    down: async () => {
      await mend();
      const client = await connect();
      const { rows } = await client.query<{ name: string }>(
        "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = $1",
        [schema],
      );
      const tables = rows.map((r) => r.name).join(', ');
      await untilNoDeadlock(async () => {
        await client.query('ROLLBACK; BEGIN');
        if (tables !== '') await client.query(`LOCK TABLE ${tables} IN ACCESS EXCLUSIVE MODE`);
      });
      holding = client;
    },
  };
  return (fault) => faults[fault]();
}

const tries = 10;
const deadlockDetected = '40P01';

/** All tables are wanted at once, while the bot goes on taking them one by one in an order of its own: PostgreSQL may end either of the two. */
async function untilNoDeadlock(run: () => Promise<unknown>): Promise<void> {
  for (let left = tries; ; left--) {
    try {
      await run();
      return;
    } catch (error) {
      if (left <= 1 || (error as { code?: unknown }).code !== deadlockDetected) throw error;
    }
  }
}
