/** Between one client and the PostgreSQL session behind it: hands answers on, and knows when a transaction reads or writes. */
import type { Backend } from './backend.ts';
import type { OpenTransactions } from './open-transactions.ts';
import { translated } from './translate.ts';
import * as wire from './wire/messages.ts';
import type { Outbox } from './wire/outbox.ts';

export class Relay {
  readonly backend: Backend;
  readonly out: Outbox;
  readonly #user: string;
  readonly #id: string;
  readonly #transactions: OpenTransactions;
  /** Set while a transaction of this session reads or writes. */
  #end: (() => void) | undefined;
  #closed = false;
  /** Transactions that are over. */
  count = 0;

  constructor(backend: Backend, out: Outbox, user: string, id: string, transactions: OpenTransactions) {
    this.backend = backend;
    this.out = out;
    this.#user = user;
    this.#id = id;
    this.#transactions = transactions;
  }

  /**
   * Hands on PostgreSQL's answer up to one of the message types in `until`; `hold` are those that the client does not get.
   * @returns false when there was an error in it, or PostgreSQL is gone
   */
  async hand(until: string, what: string, hold = ''): Promise<boolean> {
    for (let fine = true; ; ) {
      const got = await this.backend.next();
      if (got === null) return false;
      if (got.type === 'Z') this.#settle();
      if (got.type === 'E') {
        fine = false;
        this.out.write(translated(got.body, this.#user, what));
      } else if (!hold.includes(got.type)) this.out.write(wire.frame(got.type, got.body));
      await this.out.flushWhenFull();
      if (until.includes(got.type)) return fine;
    }
  }

  /** The statement that is about to run reads or writes. One whose client has left meanwhile does not run any more. */
  touch(): void {
    if (!this.#closed) this.#end ??= this.#transactions.begin(this.#id);
  }

  /** After ReadyForQuery: outside a transaction nothing is held any more. */
  #settle(): void {
    if (this.backend.status !== 'I') return;
    if (this.#end !== undefined) this.count++;
    this.#release();
  }

  #release(): void {
    this.#end?.();
    this.#end = undefined;
  }

  /** An error of the stand-in's own fails an open transaction, as any error does. */
  async failTransaction(): Promise<void> {
    if (this.backend.status === 'T') await this.backend.ask('SELECT 1/0').catch(() => undefined);
  }

  /** The same between two Syncs: what was done since the last one is undone, even without an explicit transaction. */
  async failPipeline(): Promise<void> {
    this.backend.sendNow(wire.parse('', '!', []));
    for (let got = await this.backend.next(); got !== null && got.type !== 'E'; got = await this.backend.next());
  }

  close(): void {
    this.#closed = true;
    this.backend.close();
    this.#release();
  }
}
