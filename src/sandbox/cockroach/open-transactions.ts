/**
 * Which transactions have read or written and are not over. CREATE, ALTER and DROP of users, and GRANT and REVOKE of roles bump the version
 * of system tables in CockroachDB and so wait for the leases that open transactions hold (docs, known-limitations
 * grant-revoke-schema-changes.md@82b41d40304a).
 */
import { SqlError } from './errors.ts';

interface Transaction {
  readonly session: string;
  readonly over: Promise<void>;
}

/** CockroachDB's leases last that long (sql.catalog.descriptor_lease_duration, 5 minutes): then it stops waiting. */
const leaseMs = 5 * 60_000;

export class OpenTransactions {
  readonly #open = new Set<Transaction>();
  #turn: Promise<unknown> = Promise.resolve();

  /** A transaction of this session has begun to read or write. Call the result when it is over. */
  begin(session: string): () => void {
    let end: () => void = () => undefined;
    const transaction = { session, over: new Promise<void>((resolve) => (end = resolve)) };
    this.#open.add(transaction);
    return () => {
      this.#open.delete(transaction);
      end();
    };
  }

  /** Sessions other than this one that have such a transaction now. */
  blockers(session: string): readonly string[] {
    return [...this.#open].filter((transaction) => transaction.session !== session).map((transaction) => transaction.session);
  }

  /**
   * Waits until every transaction of other sessions that is open now is over; those that begin later are not waited for.
   * @param timeoutMs 0: none
   * @param canceled aborts the waiting
   * @throws SqlError 57014 with CockroachDB's words
   */
  async waitForOthers(session: string, timeoutMs: number, canceled: AbortSignal): Promise<void> {
    const others = [...this.#open]
      .filter((transaction) => transaction.session !== session)
      .map((transaction) => transaction.over);
    if (others.length === 0) return;
    const timers: NodeJS.Timeout[] = [];
    const after = (ms: number): Promise<void> => new Promise((resolve) => timers.push(setTimeout(resolve, ms)));
    let onAbort: () => void = () => undefined;
    try {
      await Promise.race([
        Promise.all(others),
        after(leaseMs),
        ...(timeoutMs > 0
          ? [
              after(timeoutMs).then(() => {
                throw new SqlError('57014', 'query execution canceled due to statement timeout');
              }),
            ]
          : []),
        new Promise<void>((_, reject) => {
          onAbort = () => reject(new SqlError('57014', 'query execution canceled'));
          if (canceled.aborted) onAbort();
          canceled.addEventListener('abort', onAbort);
        }),
      ]);
    } finally {
      for (const timer of timers) clearTimeout(timer);
      canceled.removeEventListener('abort', onAbort);
    }
  }

  /** One role change after another: PostgreSQL's catalogues do not like two at once. */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return await mine;
  }
}
