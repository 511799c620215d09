/** Parse, Bind, Describe, Execute, Close, Sync (PostgreSQL docs, "Extended Query"): each message answered by whoever has the statement. */
import type { Conversation } from './conversation.ts';
import { SqlError, toSqlError } from './errors.ts';
import type { Parameters, Plan } from './sql/plan.ts';
import { planStatement } from './sql/statements.ts';
import { splitStatements } from './sql/tokens.ts';
import { Fields, type Frame, type Frames } from './wire/frames.ts';
import * as wire from './wire/messages.ts';

interface Prepared {
  readonly text: string;
  /** Null: an empty statement. */
  readonly plan: Plan | null;
}
interface Portal {
  readonly prepared: Prepared;
  readonly parameters: Parameters;
  readonly formats: readonly number[];
}

/** After these PostgreSQL has said all there is to say to one message. */
const answers: Readonly<Record<string, string>> = { P: '1E', B: '2E', D: 'TnE', E: 'CIsE', C: '3E', S: 'Z' };

export class Extended {
  readonly #session: Conversation;
  readonly #client: Frames;
  readonly #prepared = new Map<string, Prepared>();
  readonly #portals = new Map<string, Portal>();

  constructor(session: Conversation, client: Frames) {
    this.#session = session;
    this.#client = client;
  }

  /** Answers one message. After an error everything up to the next Sync is left out. */
  async message(got: Frame): Promise<void> {
    const { relay } = this.#session;
    const handler = this.#handlers[got.type];
    try {
      if (handler === undefined) throw new SqlError('0A000', `unsupported message "${got.type}"`);
      if (await handler(got)) return;
    } catch (error) {
      await relay.failPipeline();
      relay.out.write(wire.errorResponse(toSqlError(error)));
    }
    await relay.out.flush();
    for (let next = await this.#client.next(); next !== null; next = await this.#client.next()) {
      if (next.type === 'X') return this.#session.cut();
      if (next.type === 'S') return void (await this.#pass(next, 'SYNC'));
    }
  }

  /** Lets PostgreSQL answer a message. False: it was an error. */
  async #pass(got: Frame, what: string): Promise<boolean> {
    const { relay } = this.#session;
    const message = wire.frame(got.type, got.body);
    if (got.type === 'S') relay.backend.send(message);
    else relay.backend.sendNow(message);
    return await relay.hand(answers[got.type] ?? 'E', what);
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
    const { relay, settings } = this.#session;
    const fields = new Fields(got.body);
    const [name, text] = [fields.text(), fields.text()];
    const oids = Array.from({ length: fields.int16() }, () => fields.int32());
    const [statement, more] = splitStatements(text);
    if (more !== undefined) throw new SqlError('42601', 'prepared statement had 2 statements, expected 1');
    const plan = statement === undefined ? null : planStatement(statement, settings);
    if (plan?.how.kind === 'own') relay.out.write(wire.parseComplete);
    else {
      const runnable = plan === null ? text : await plan.how.text(this.#session.context(true));
      relay.backend.sendNow(wire.parse(name, runnable, oids));
      if (!(await relay.hand('1E', plan?.what ?? ''))) return false;
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
    this.#session.relay.out.write(wire.bindComplete);
    return true;
  }

  async #describe(got: Frame): Promise<boolean> {
    const { out } = this.#session.relay;
    const fields = new Fields(got.body);
    const [kind, name] = [fields.byte(), fields.text()];
    const portal = kind === 'P' ? this.#portals.get(name) : undefined;
    const prepared = portal?.prepared ?? (kind === 'S' ? this.#prepared.get(name) : undefined);
    const how = prepared?.plan?.how;
    if (how?.kind !== 'own') return await this.#pass(got, prepared?.plan?.what ?? '');
    if (kind === 'S') out.write(wire.parameterDescription(Array.from({ length: how.parameters }, () => wire.types.text.oid)));
    out.write(how.columns === null ? wire.noData : wire.rowDescription(how.columns, portal?.formats ?? []));
    return true;
  }

  async #execute(got: Frame): Promise<boolean> {
    const portal = this.#portals.get(new Fields(got.body).text());
    const plan = portal?.prepared.plan;
    if (portal === undefined || plan === undefined || plan === null) return await this.#pass(got, '');
    const { how, what } = plan;
    const { parameters, formats } = portal;
    return await this.#session.running({ what, text: portal.prepared.text, own: how.kind === 'own' }, async () => {
      if (how.kind === 'own') {
        await this.#session.answer({
          plan: how,
          what,
          context: this.#session.context(true),
          parameters,
          formats,
          describe: false,
        });
        return true;
      }
      if (how.touches) this.#session.relay.touch();
      return await this.#pass(got, what);
    });
  }

  async #close(got: Frame): Promise<boolean> {
    const fields = new Fields(got.body);
    const [kind, name] = [fields.byte(), fields.text()];
    const prepared = kind === 'S' ? this.#prepared.get(name) : this.#portals.get(name)?.prepared;
    (kind === 'S' ? this.#prepared : this.#portals).delete(name);
    if (prepared?.plan?.how.kind !== 'own') return await this.#pass(got, '');
    this.#session.relay.out.write(wire.closeComplete);
    return true;
  }
}
