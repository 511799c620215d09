/** One client's session: reads its messages one after another, lets PostgreSQL or the stand-in answer each, and keeps both in step. */
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Backend } from './backend.ts';
import type { Answer, Conversation, Running } from './conversation.ts';
import { SqlError } from './errors.ts';
import { Extended } from './extended.ts';
import { Relay } from './relay.ts';
import type { Settings } from './settings.ts';
import { simpleQuery } from './simple.ts';
import type { ClusterView, Context, SessionFacts, SessionView } from './sql/plan.ts';
import { Fields, type Frames } from './wire/frames.ts';
import * as wire from './wire/messages.ts';
import { Outbox } from './wire/outbox.ts';

export interface StatementFacts {
  readonly what: string;
  readonly text: string;
  /** After it: whether it was answered with an error. */
  readonly failed?: boolean;
}

/** What the front does around each statement: the watch, and chaos. */
export interface Around {
  statement(when: 'before' | 'after', session: Session, facts: StatementFacts): Promise<void>;
}

export interface SessionOptions {
  readonly user: string;
  readonly database: string;
  readonly variables: Map<string, string>;
  readonly application: string;
  readonly socket: Socket;
  readonly client: Frames;
  readonly backend: Backend;
  readonly cluster: ClusterView;
  readonly around: Around;
}

export class Session implements SessionView, Conversation {
  readonly id = randomUUID().replaceAll('-', '');
  readonly user: string;
  readonly database: string;
  readonly variables: Map<string, string>;
  readonly relay: Relay;
  readonly #options: SessionOptions;
  readonly #address: string;
  readonly #started = new Date();
  #cancel = new AbortController();
  #active: (Running & { readonly since: Date }) | null = null;
  #last = '';
  #gone = false;

  constructor(options: SessionOptions) {
    const { user, database, variables, socket, backend, cluster } = options;
    this.user = user;
    this.database = database;
    this.variables = variables;
    this.relay = new Relay(backend, new Outbox(socket), user, this.id, cluster.transactions);
    this.#options = options;
    this.#address = `${socket.remoteAddress ?? ''}:${socket.remotePort ?? ''}`;
    socket.once('close', () => this.#leave());
  }

  get settings(): Settings {
    return this.#options.cluster.settings;
  }

  canceled(): AbortSignal {
    return this.#cancel.signal;
  }

  inTransaction(): boolean {
    return this.relay.backend.status !== 'I';
  }

  ask(text: string): Promise<(string | null)[][]> {
    return this.relay.backend.ask(text);
  }

  context(alone: boolean): Context {
    return { session: this, cluster: this.#options.cluster, alone };
  }

  facts(): SessionFacts {
    return {
      session_id: this.id,
      status: this.#active === null ? 'IDLE' : 'ACTIVE',
      user_name: this.user,
      client_address: this.#address,
      application_name: this.#options.application,
      active_queries: this.#active?.text ?? '',
      last_active_query: this.#last,
      session_start: this.#started,
      active_query_start: this.#active?.since ?? null,
      num_txns_executed: this.relay.count,
    };
  }

  /** As a CancelRequest: ends what is running now, and only that. */
  cancelStatement(): void {
    if (this.#active === null) return;
    this.#cancel.abort();
    if (!this.#active.own) this.relay.backend.cancel();
  }

  /** Cuts the connection, in the middle of whatever it is. */
  cut(): void {
    this.#options.socket.destroy();
  }

  #leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.cancelStatement();
    this.relay.close();
  }

  /** Serves the client until it leaves. */
  async serve(): Promise<void> {
    const { client, socket } = this.#options;
    const extended = new Extended(this, client);
    try {
      for (let got = await client.next(); got !== null && got.type !== 'X'; got = await client.next()) {
        if (got.type === 'Q') await simpleQuery(this, new Fields(got.body).text());
        else await extended.message(got);
        await this.relay.out.flush();
        if (this.#gone) return;
        // PostgreSQL has ended the session behind (it was stopped, or the session was terminated there).
        if (this.relay.backend.gone) return;
      }
    } finally {
      socket.end();
      this.#leave();
    }
  }

  async running(statement: Running, work: () => Promise<boolean>): Promise<boolean> {
    const { what, text } = statement;
    const { around } = this.#options;
    this.#cancel = new AbortController();
    this.#active = { ...statement, since: new Date() };
    let failed = true;
    try {
      await around.statement('before', this, { what, text });
      failed = !(await work());
      return !failed;
    } finally {
      await around.statement('after', this, { what, text, failed });
      this.#active = null;
      this.#last = text;
    }
  }

  async answer({ plan, what, context, parameters, formats, describe }: Answer): Promise<void> {
    const { out, backend } = this.relay;
    if (backend.status === 'E') {
      throw new SqlError('25P02', 'current transaction is aborted, commands ignored until end of transaction block');
    }
    const outcome = await plan.run(context, parameters);
    const rows = outcome.rows ?? [];
    if (describe && plan.columns !== null) out.write(wire.rowDescription(plan.columns, formats));
    out.write(...(outcome.notices ?? []).map(wire.noticeResponse), ...rows.map((row) => wire.dataRow(row, formats)));
    // pkg/sql/pgwire/command_result.go, cookTag: statements with rows end their tag with the count, except a plain SHOW.
    out.write(wire.commandComplete(outcome.tag ?? (what === 'SHOW' ? what : `${what} ${rows.length}`)));
  }
}
