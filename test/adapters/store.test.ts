import { openDatabase } from '../../src/adapters/store/database.ts';
import { openStore } from '../../src/adapters/store/store.ts';
import { startDatabases } from '../contracts/database.ts';
import { type StoreGround, storeContract } from '../contracts/store.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** @param options of the server, for every connection */
async function onPostgres(options = ''): Promise<StoreGround> {
  const databases = await startDatabases('store');
  const url = `${await databases.create()}${options && `?options=${encodeURIComponent(options)}`}`;
  const reading = openDatabase(url, quiet);
  const open: StoreGround['open'] = async (holder, leaseSeconds) => {
    const store = await openStore({ url, log: quiet, holder, leaseSeconds });
    await store.migrate();
    return store;
  };
  return {
    open,
    url,
    audit: async (requestId) => {
      const lines = await reading.sql('SELECT event, actor, details FROM audit WHERE request_id = $1 ORDER BY written_at, seq', [
        requestId,
      ]);
      return lines as unknown as Awaited<ReturnType<StoreGround['audit']>>;
    },
    async close() {
      await reading.close();
      await databases.stop();
    },
  };
}

storeContract('PostgreSQL', () => onPostgres());

// The isolation that CockroachDB has by default (cockroachdb/docs, src/current/v23.1/transactions.md, "Isolation levels"): conflicts
// come back as 40001 there, and must be tried again where PostgreSQL's own default lets them wait.
storeContract('PostgreSQL, SERIALIZABLE', () => onPostgres('-c default_transaction_isolation=serializable'));
