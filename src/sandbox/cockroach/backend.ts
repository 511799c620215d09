/** The PostgreSQL session behind one client's session: opened as that SQL user, so that PostgreSQL itself enforces every grant. */
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { SqlError } from './errors.ts';
import { Fields, type Frame, Frames } from './wire/frames.ts';
import { cancelRequest, flush, query, startupMessage } from './wire/messages.ts';

export interface Where {
  readonly socketDir: string;
  readonly port: number;
}

const socketPath = ({ socketDir, port }: Where): string => join(socketDir, `.s.PGSQL.${port}`);

/** The fields of an ErrorResponse or NoticeResponse, by their letter. */
export function errorFields(body: Buffer): Map<string, string> {
  const fields = new Fields(body);
  const found = new Map<string, string>();
  while (!fields.done) {
    const key = fields.byte();
    if (key === '\0') break;
    found.set(key, fields.text());
  }
  return found;
}

export function errorOf(body: Buffer): SqlError {
  const found = errorFields(body);
  return new SqlError(found.get('C') ?? 'XXUUU', found.get('M') ?? 'unknown error', {
    detail: found.get('D'),
    hint: found.get('H'),
  });
}

export class Backend {
  readonly #where: Where;
  readonly #socket: Socket;
  readonly #frames: Frames;
  #key: { pid: number; secret: number } = { pid: 0, secret: 0 };
  /** `I` no transaction, `T` in one, `E` in a failed one. */
  status = 'I';
  /** Whether PostgreSQL has ended this session. */
  gone = false;
  readonly parameters = new Map<string, string>();

  private constructor(where: Where, socket: Socket) {
    this.#where = where;
    this.#socket = socket;
    this.#frames = new Frames(socket);
  }

  /** @throws SqlError with PostgreSQL's refusal (no such database, too many connections …) */
  static async open(where: Where, user: string, database: string, variables: Readonly<Record<string, string>>): Promise<Backend> {
    const socket = connect(socketPath(where));
    socket.on('error', () => socket.destroy());
    const backend = new Backend(where, socket);
    socket.write(startupMessage({ user, database, ...variables }));
    for (;;) {
      const got = await backend.next();
      if (got === null) throw new SqlError('08006', 'the database behind the stand-in is not there');
      if (got.type === 'E') {
        socket.destroy();
        throw errorOf(got.body);
      }
      if (got.type === 'K') {
        const fields = new Fields(got.body);
        backend.#key = { pid: fields.int32(), secret: fields.int32() };
      }
      if (got.type === 'Z') return backend;
    }
  }

  /** The next message. Keeps track of the transaction status and of reported parameters. */
  async next(): Promise<Frame | null> {
    const got = await this.#frames.next();
    if (got === null) this.gone = true;
    if (got?.type === 'Z') this.status = String.fromCharCode(got.body[0] ?? 0x49);
    if (got?.type === 'S') {
      const fields = new Fields(got.body);
      this.parameters.set(fields.text(), fields.text());
    }
    return got;
  }

  send(...messages: readonly Buffer[]): void {
    this.#socket.write(Buffer.concat(messages));
  }

  /** Sends one message of the extended protocol and makes PostgreSQL answer it at once. */
  sendNow(message: Buffer): void {
    this.send(message, flush);
  }

  /**
   * Runs a statement of the stand-in's own in this session, between the client's.
   * @returns the rows, as text; nothing of it is seen by the client
   * @throws SqlError
   */
  async ask(text: string): Promise<(string | null)[][]> {
    this.send(query(text));
    const rows: (string | null)[][] = [];
    let error: SqlError | undefined;
    for (;;) {
      const got = await this.next();
      if (got === null) throw new SqlError('08006', 'the database behind the stand-in is not there');
      if (got.type === 'E') error = errorOf(got.body);
      if (got.type === 'D') {
        const fields = new Fields(got.body);
        rows.push(Array.from({ length: fields.int16() }, () => fields.value()?.toString('utf8') ?? null));
      }
      if (got.type === 'Z') break;
    }
    if (error !== undefined) throw error;
    return rows;
  }

  /** Asks PostgreSQL to cancel what it is running, as a CancelRequest on a connection of its own. */
  cancel(): void {
    const socket = connect(socketPath(this.#where), () => socket.end(cancelRequest(this.#key.pid, this.#key.secret)));
    socket.on('error', () => socket.destroy());
    socket.resume();
  }

  close(): void {
    this.#socket.destroy();
  }
}
