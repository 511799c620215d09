import { quote } from '../roles.ts';
import type { Cursor } from './cursor.ts';
import type { Outcome, OwnPlan } from './plan.ts';

/** `CREATE DATABASE IF NOT EXISTS name` (docs, "CREATE DATABASE"), which PostgreSQL does not have. The cursor stands behind the words. */
export function createDatabaseIfNotExists(cursor: Cursor): OwnPlan {
  const name = cursor.name();
  cursor.end();
  return {
    kind: 'own',
    columns: null,
    parameters: 0,
    async run(context): Promise<Outcome> {
      const there = (await context.cluster.databases()).some((database) => database.name === name);
      if (!there) await context.session.ask(`CREATE DATABASE ${quote(name)}`);
      return { tag: 'CREATE DATABASE' };
    },
  };
}
