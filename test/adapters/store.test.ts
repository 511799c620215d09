import { openDatabase } from '../../src/adapters/store/database.ts';
import { openStore } from '../../src/adapters/store/store.ts';
import { startDatabases } from '../contracts/database.ts';
import { type StoreGround, storeContract } from '../contracts/store.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

async function onPostgres(): Promise<StoreGround> {
  const databases = await startDatabases('store');
  const url = await databases.create();
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

storeContract('PostgreSQL', onPostgres);
