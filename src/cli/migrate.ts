import { randomUUID } from 'node:crypto';
import { openLog } from '../adapters/log/log.ts';
import { openStore } from '../adapters/store/store.ts';
import { environment } from '../config/environment.ts';
import type { Env } from '../config/environment.ts';
import { databaseUrl } from '../config/forms.ts';
import { configFaultText } from '../config.ts';
import { Fault } from '../core/errors.ts';
import type { ExitCode, Output } from './output.ts';

/**
 * Brings the store's tables up to this program, as the role in `DATABASE_URL`, and ends: for a bot whose own role may make no tables.
 *
 * @returns 0 the tables are this program's, 1 the store is not one that this program may migrate, 2 `DATABASE_URL` is no such URL,
 *   3 the store did not answer
 */
export async function migrateStore(env: Env, out: Output): Promise<ExitCode> {
  const e = environment(env);
  const url = e.need('DATABASE_URL', databaseUrl);
  if (e.faults.length > 0) {
    out.stderr(e.faults.map((fault) => `${configFaultText(fault)}\n`).join(''));
    return 2;
  }
  const log = openLog(
    'silent',
    e.secrets.map((s) => s.reveal()),
  );
  const ran: unknown[] = [];
  const told = { ...log, info: (facts: Readonly<Record<string, unknown>>) => void ran.push(facts['migration']) };
  const store = await openStore({
    url: url.reveal(),
    log: told,
    holder: `migrate-${randomUUID().slice(0, 8)}`,
    leaseSeconds: 30,
  });
  try {
    await store.migrate();
    out.stdout(`${ran.map((name) => `migrated ${String(name)}\n`).join('')}the store is up to date\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    out.stderr(`${error.message}\n`);
    return error.retry === 'never' ? 1 : 3;
  } finally {
    await store.close();
  }
}
