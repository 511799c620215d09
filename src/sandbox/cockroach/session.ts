/** One client's session: reads its messages one after another, lets PostgreSQL or the stand-in answer each, and keeps both in step. */
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Backend } from './backend.ts';
import { SqlError, toSqlError } from './errors.ts';
import type { ClusterView, Context, Outcome, OwnPlan, Parameters, Plan, SessionFacts, SessionView } from './sql/plan.ts';
import { planStatement } from './sql/statements.ts';
import { splitStatements } from './sql/tokens.ts';
import { translated } from './translate.ts';
import { Fields, type Frame, type Frames } from './wire/frames.ts';
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

interface Prepared {
  readonly text: string;
  readonly plan: Plan | null;
}
interface Portal {
  readonly prepared: Prepared;
  readonly parameters: Parameters;
  readonly formats: readonly number[];
}

/** After these PostgreSQL has said all there is to say to one message of the extended protocol. */
const answers: Readonly<Record<string, string>> = { P: '1E', B: '2E', D: 'TnE', E: 'CIsE', C: '3E', S: 'Z' };

export class Session implements SessionView {
  readonly id = randomUUID().replaceAll('-', '');
  readonly user: string;
  readonly database: string;
  readonly variables: Map<string, string>;
  readonly #socket: Socket;
  readonly #out: Outbox;
  readonly #client: Frames;
  readonly #backend: Backend;
  readonly #cluster: ClusterView;
  readonly #around: Around;
  readonly #address: string;
  readonly #application: string;
  readonly #started = new Date();
  readonly #prepared = new Map<string, Prepared>();
  readonly #portals = new Map<string, Portal>();
  #cancel = new AbortController();
  #active: { readonly text: string; readonly since: Date } | null = null;
  #last = '';
  #transactions = 0;
  /** Set while a transaction of this session reads or writes. */
  #endTransaction: (() => void) | undefined;
  #gone = false;

  constructor(o: {
    user: string;
    database: string;
    variables: Map<string, string>;
    application: string;
    socket: Socket;
    client: Frames;
    backend: Backend;
    cluster: ClusterView;
    around: Around;
  }) {
    this.user = o.user;
    this.database = o.database;
    this.variables = o.variables;
    this.#application = o.application;
    this.#socket = o.socket;
    this.#out = new Outbox(o.socket);
    this.#client = o.client;
    this.#backend = o.backend;
    this.#cluster = o.cluster;
    this.#around = o.around;
    this.#address = `${o.socket.remoteAddress ?? ''}:${o.socket.remotePort ?? ''}`;
    o.socket.once('close', () => this.#leave());
  }

  // ── what statements and the front see of it ──────────────────────────────────────────────────────────────────────────────

  canceled(): AbortSignal {
    return this.#cancel.signal;
  }

  inTransaction(): boolean {
    return this.#backend.status !== 'I';
  }

  ask(text: string): Promise<(string | null)[][]> {
    return this.#backend.ask(text);
  }

  facts(): SessionFacts {
    return {
      session_id: this.id,
      status: this.#active === null ? 'IDLE' : 'ACTIVE',
      user_name: this.user,
      client_address: this.#address,
      application_name: this.#application,
      active_queries: this.#active?.text ?? '',
      last_active_query: this.#last,
      session_start: this.#started,
      active_query_start: this.#active?.since ?? null,
      num_txns_executed: this.#transactions,
    };
  }

  /** As a CancelRequest: ends what is running now, and only that. */
  cancelStatement(): void {
    if (this.#active === null) return;
    this.#cancel.abort();
    this.#backend.cancel();
  }

  /** Cuts the connection, in the middle of whatever it is. */
  cut(): void {
    this.#socket.destroy();
  }

  #leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#cancel.abort();
    if (this.#active !== null) this.#backend.cancel();
    this.#backend.close();
    this.#endTransaction?.();
    this.#endTransaction = undefined;
  }

  // ── the loop ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Serves the client until it leaves. */
  async serve(): Promise<void> {
    try {
      for (let got = await this.#client.next(); got !== null && got.type !== 'X'; got = await this.#client.next()) {
        if (got.type === 'Q') await this.#simple(new Fields(got.body).text());
        else await this.#extended(got);
        await this.#out.flush();
        if (this.#gone) return;
      }
    } finally {
      this.#socket.end();
      this.#leave();
    }
  }

  /** Hands on PostgreSQL's answer up to one of these messages, which `hold` may keep back. False when there was an error in it. */
  async #relay(until: string, what: string, hold = ''): Promise<boolean> {
    for (let fine = true; ; ) {
      const got = await this.#backend.next();
      if (got === null) {
        this.#socket.destroy();
        return false;
      }
      if (got.type === 'Z') this.#settle();
      if (got.type === 'E') fine = false;
      if (got.type === 'E') this.#out.write(translated(got.body, this.user, what));
      else if (!hold.includes(got.type)) this.#out.write(wire.frame(got.type, got.body));
      await this.#out.flushWhenFull();
      if (until.includes(got.type)) return fine;
    }
  }

  #touch(): void {
    this.#endTransaction ??= this.#cluster.transactions.begin(this.id);
  }

  /** After ReadyForQuery: outside a transaction nothing is held any more. */
  #settle(): void {
    if (this.#backend.status !== 'I') return;
    if (this.#endTransaction !== undefined) this.#transactions++;
    this.#endTransaction?.();
    this.#endTransaction = undefined;
  }

  /** An error of the stand-in's own fails an open transaction, as any error does. */
  async #failTransaction(): Promise<void> {
    if (this.#backend.status === 'T') await this.#backend.ask('SELECT 1/0').catch(() => undefined);
  }

  /** The same between two Syncs: what was done since the last one is undone, even without an explicit transaction. */
  async #failPipeline(): Promise<void> {
    this.#backend.sendNow(wire.parse('', '!', []));
    for (let got = await this.#backend.next(); got !== null && got.type !== 'E'; got = await this.#backend.next());
  }

  async #running<T>(what: string, text: string, work: () => Promise<T>): Promise<T> {
    this.#cancel = new AbortController();
    this.#active = { text, since: new Date() };
    let failed = true;
    try {
      await this.#around.statement('before', this, { what, text });
      const result = await work();
      failed = result === false;
      return result;
    } finally {
      await this.#around.statement('after', this, { what, text, failed });
      this.#active = null;
      this.#last = text;
    }
  }

  #context(alone: boolean): Context {
    return { session: this, cluster: this.#cluster, alone };
  }

  async #own(
    plan: OwnPlan,
    context: Context,
    parameters: Parameters,
    formats: readonly number[],
    what: string,
    describe: boolean,
  ): Promise<void> {
    if (this.#backend.status === 'E') {
      throw new SqlError('25P02', 'current transaction is aborted, commands ignored until end of transaction block');
    }
    const outcome: Outcome = await plan.run(context, parameters);
    const rows = outcome.rows ?? [];
    if (describe && plan.columns !== null) this.#out.write(wire.rowDescription(plan.columns, formats));
    this.#out.write(...(outcome.notices ?? []).map(wire.noticeResponse), ...rows.map((row) => wire.dataRow(row, formats)));
    // pkg/sql/pgwire/command_result.go, cookTag: statements with rows end their tag with the count, except a plain SHOW.
    this.#out.write(wire.commandComplete(outcome.tag ?? (what === 'SHOW' ? what : `${what} ${rows.length}`)));
  }

  // ── simple queries ───────────────────────────────────────────────────────────────────────────────────────────────────────

  async #simple(sql: string): Promise<void> {
    try {
      const statements = splitStatements(sql);
      const plans = statements.map((statement) => ({
        text: statement.text,
        plan: planStatement(statement, this.#cluster.settings),
      }));
      if (plans.length === 0) this.#out.write(wire.emptyQuery);
      const context = this.#context(plans.length === 1);
      // A batch that PostgreSQL can run alone stays one batch, and so one transaction.
      if (plans.length > 1 && plans.every(({ plan }) => plan.how.kind === 'pass')) await this.#batch(plans, context);
      else for (const { text, plan } of plans) if (!(await this.#one(text, plan, context))) break;
    } catch (error) {
      await this.#failTransaction();
      this.#out.write(wire.errorResponse(toSqlError(error)));
    }
    this.#out.write(wire.ready(this.#backend.status));
  }

  async #batch(plans: readonly { text: string; plan: Plan }[], context: Context): Promise<void> {
    const texts: string[] = [];
    for (const { plan } of plans) if (plan.how.kind === 'pass') texts.push(await plan.how.text(context));
    const what = plans.map(({ plan }) => plan.what).join('; ');
    await this.#running(what, texts.join('; '), async () => {
      if (plans.some(({ plan }) => plan.how.kind === 'pass' && plan.how.touches)) this.#touch();
      this.#backend.send(wire.query(texts.join('; ')));
      await this.#relay('Z', what, 'Z');
    });
  }

  /** @returns false when PostgreSQL has refused it: the rest of the batch is not run */
  async #one(text: string, plan: Plan, context: Context): Promise<boolean> {
    const { how, what } = plan;
    return await this.#running(what, text, async () => {
      if (how.kind === 'own') {
        await this.#own(how, context, [], [], what, true);
        return true;
      }
      const runnable = await how.text(context);
      if (how.touches) this.#touch();
      this.#backend.send(wire.query(runnable));
      return await this.#relay('Z', what, 'Z');
    });
  }

  // ── the extended protocol ────────────────────────────────────────────────────────────────────────────────────────────────

  async #extended(got: Frame): Promise<void> {
    const handler = this.#handlers[got.type];
    try {
      if (handler === undefined) throw new SqlError('0A000', `unsupported message "${got.type}"`);
      if (await handler(got)) return;
    } catch (error) {
      await this.#failPipeline();
      this.#out.write(wire.errorResponse(toSqlError(error)));
    }
    await this.#skipToSync();
  }

  /** After an error everything up to Sync is left out (PostgreSQL docs, "Extended Query"). */
  async #skipToSync(): Promise<void> {
    await this.#out.flush();
    for (let got = await this.#client.next(); got !== null; got = await this.#client.next()) {
      if (got.type === 'X') return this.cut();
      if (got.type === 'S') return void (await this.#pass(got, 'SYNC'));
    }
  }

  /** Lets PostgreSQL answer a message. False: it was an error. */
  async #pass(got: Frame, what: string): Promise<boolean> {
    const message = wire.frame(got.type, got.body);
    if (got.type === 'S') this.#backend.send(message);
    else this.#backend.sendNow(message);
    return await this.#relay(answers[got.type] ?? 'E', what);
  }

  /** Each gives false when the answer was an error. */
  readonly #handlers: Readonly<Record<string, (got: Frame) => Promise<boolean>>> = {
    P: (got) => this.#parse(got),
    B: (got) => this.#bind(got),
    D: (got) => this.#describe(got),
    E: (got) => this.#execute(got),
    C: (got) => this.#close(got),
    S: (got) => this.#pass(got, 'SYNC'),
    H: () => Promise.resolve(true),
  };

  async #parse(got: Frame): Promise<boolean> {
    const fields = new Fields(got.body);
    const [name, text] = [fields.text(), fields.text()];
    const oids = Array.from({ length: fields.int16() }, () => fields.int32());
    const [statement, more] = splitStatements(text);
    if (more !== undefined) throw new SqlError('42601', 'prepared statement had 2 statements, expected 1');
    const plan = statement === undefined ? null : planStatement(statement, this.#cluster.settings);
    if (plan?.how.kind === 'own') this.#out.write(wire.parseComplete);
    else {
      const runnable = plan === null ? text : await plan.how.text(this.#context(true));
      this.#backend.sendNow(wire.parse(name, runnable, oids));
      if (!(await this.#relay('1E', plan?.what ?? ''))) return false;
    }
    this.#prepared.set(name, { text, plan });
    return true;
  }

  async #bind(got: Frame): Promise<boolean> {
    const fields = new Fields(got.body);
    const [portal, name] = [fields.text(), fields.text()];
    const prepared = this.#prepared.get(name);
    if (prepared === undefined) throw new SqlError('26000', `unknown prepared statement "${name}"`);
    for (let i = fields.int16(); i > 0; i--) fields.int16(); // text and binary are the same bytes for the texts that we take
    const parameters = Array.from({ length: fields.int16() }, () => fields.value()?.toString('utf8') ?? null);
    const formats = Array.from({ length: fields.int16() }, () => fields.int16());
    this.#portals.set(portal, { prepared, parameters, formats });
    const how = prepared.plan?.how;
    if (how?.kind !== 'own') return await this.#pass(got, prepared.plan?.what ?? '');
    if (parameters.length !== how.parameters) {
      throw new SqlError('08P01', `expected ${how.parameters} arguments, got ${parameters.length}`);
    }
    this.#out.write(wire.bindComplete);
    return true;
  }

  async #describe(got: Frame): Promise<boolean> {
    const fields = new Fields(got.body);
    const [kind, name] = [fields.byte(), fields.text()];
    const portal = kind === 'P' ? this.#portals.get(name) : undefined;
    const prepared = portal?.prepared ?? (kind === 'S' ? this.#prepared.get(name) : undefined);
    const how = prepared?.plan?.how;
    if (how?.kind !== 'own') return await this.#pass(got, prepared?.plan?.what ?? '');
    if (kind === 'S')
      this.#out.write(wire.parameterDescription(Array.from({ length: how.parameters }, () => wire.types.text.oid)));
    this.#out.write(how.columns === null ? wire.noData : wire.rowDescription(how.columns, portal?.formats ?? []));
    return true;
  }

  async #execute(got: Frame): Promise<boolean> {
    const portal = this.#portals.get(new Fields(got.body).text());
    const plan = portal?.prepared.plan;
    if (portal === undefined || plan === undefined || plan === null) return await this.#pass(got, '');
    const { how, what } = plan;
    return await this.#running(what, portal.prepared.text, async () => {
      if (how.kind === 'own') {
        await this.#own(how, this.#context(true), portal.parameters, portal.formats, what, false);
        return true;
      }
      if (how.touches) this.#touch();
      return await this.#pass(got, what);
    });
  }

  async #close(got: Frame): Promise<boolean> {
    const fields = new Fields(got.body);
    const [kind, name] = [fields.byte(), fields.text()];
    const how = (kind === 'S' ? this.#prepared.get(name) : this.#portals.get(name)?.prepared)?.plan?.how;
    (kind === 'S' ? this.#prepared : this.#portals).delete(name);
    if (how?.kind !== 'own') return await this.#pass(got, '');
    this.#out.write(wire.closeComplete);
    return true;
  }
}
