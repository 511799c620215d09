/** Starts the CockroachDB stand-in: a front that speaks CockroachDB, before a PostgreSQL that keeps the data and enforces the grants. */
import { randomInt, X509Certificate } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import type { Authority } from '../certs.ts';
import { startPostgres } from '../postgres/postgres.ts';
import type { ChaosFault, StandIn, Watch } from '../stand-in.ts';
import { Backend } from './backend.ts';
import { type Ground, isHidden, openCluster } from './cluster.ts';
import { SqlError, toSqlError } from './errors.ts';
import { Hang } from './hang.ts';
import { nodeFetch } from './fetch-keys.ts';
import { decide, type Gate } from './login.ts';
import { engineUser } from './seed.ts';
import { Session, type StatementFacts } from './session.ts';
import type { ClusterView, SessionFacts } from './sql/plan.ts';
import { asSwitch, knownVariable } from './sql/variables.ts';
import { banner, playedUnlessTold, readVersion } from './version.ts';
import { type Arrival, receive, turnAway } from './wire/door.ts';
import { Fields } from './wire/frames.ts';
import * as wire from './wire/messages.ts';
import type { Startup } from './wire/startup.ts';

export interface CockroachStandIn extends StandIn {
  readonly host: 'localhost';
  readonly port: number;
  readonly caFile: string;
  readonly version: string;
  /** As `root`; opens in node-postgres as it is. */
  readonly adminUrl: string;
  /** For a SQL user that logs in with a client certificate, which is made if need be. */
  clientUrl(user: string, database: string): Promise<string>;
  sessions(): readonly SessionFacts[];
  /** SQL users that logged in with a token since the start, each with the last time. */
  tokenLogins(): ReadonlyMap<string, Date>;
  /** Cuts the connections of these sessions (all, when none is named), in the middle of whatever they do. */
  cut(sessionId?: string): void;
}

export interface CockroachOptions {
  readonly dir: string;
  readonly port: number;
  readonly authority: Authority;
  /** The CockroachDB that is played, from v23.1 on. */
  readonly version?: string;
  /** PEM of authorities that the nodes' machine trusts, beside the public ones, when they fetch signing keys. */
  readonly trusted?: string;
  readonly log: (line: string) => void;
  /** Called around logins and statements; facts: `user`, `statement`, `session`, `cut` (drops that connection), afterwards `failed`. */
  readonly watch?: Watch;
}

const host = 'localhost';
const slowMs = 3000;
/** Session variables of the start-up that PostgreSQL is told. Unknown ones are passed over (pre_serve_options.go@07b5ba3d335d, loadParameter). */
const told = (startup: Startup, version: string): Record<string, string> => ({
  ...Object.fromEntries(Object.entries(startup.variables).filter(([name]) => knownVariable(name, version)?.kind === 'shared')),
  client_encoding: 'UTF8',
});
/** And those that only CockroachDB knows. */
const kept = (startup: Startup, version: string): Map<string, string> =>
  new Map(
    Object.entries(startup.variables)
      .filter(([name]) => knownVariable(name, version)?.kind === 'ours')
      .map(([name, value]) => [name, asSwitch(name, value)]),
  );

/** @throws Error when the version is none, the port is taken, or PostgreSQL does not start */
export async function startCockroach(options: CockroachOptions): Promise<CockroachStandIn> {
  const { dir, authority, log } = options;
  const version = readVersion(options.version ?? playedUnlessTold);
  const postgres = await startPostgres({ dir, name: 'cluster', listen: 'socket', log, superuser: engineUser });
  try {
    const { ground, close } = await openCluster(postgres, version);
    const { cert, key } = await authority.server([host, '127.0.0.1', '::1']);
    const front = new Front(ground, postgres, tls.createSecureContext({ cert, key, ca: authority.caPem }), options);
    const port = await front.listen(options.port);
    const clientUrl = async (user: string, database: string): Promise<string> => {
      const { certFile, keyFile } = await authority.client(user);
      const files = new URLSearchParams({
        sslmode: 'verify-full',
        sslrootcert: authority.caFile,
        sslcert: certFile,
        sslkey: keyFile,
      });
      return `postgresql://${encodeURIComponent(user)}@${host}:${port}/${encodeURIComponent(database)}?${files}`;
    };
    let stopping: Promise<void> | undefined;
    return {
      host,
      port,
      caFile: authority.caFile,
      version,
      adminUrl: await clientUrl('root', 'defaultdb'),
      clientUrl,
      sessions: () => front.sessions(),
      tokenLogins: () => front.tokenLogins,
      cut: (id) => front.cut(id),
      fault: (fault) => front.fault(fault),
      stop() {
        stopping ??= front
          .stop()
          .then(close)
          .then(() => postgres.stop());
        return stopping;
      },
    };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

interface Entry {
  readonly session: Session;
  readonly pid: number;
  readonly secret: number;
}

class Front {
  readonly #ground: Ground;
  readonly #where: { readonly socketDir: string; readonly port: number };
  readonly #context: tls.SecureContext;
  readonly #options: CockroachOptions;
  readonly #cluster: ClusterView;
  readonly #gate: Gate;
  readonly #sockets = new Set<Socket>();
  readonly tokenLogins = new Map<string, Date>();
  readonly #entries = new Map<string, Entry>();
  readonly #server: Server;
  readonly #hang = new Hang();
  #fault: ChaosFault = 'none';

  constructor(ground: Ground, where: { socketDir: string; port: number }, context: tls.SecureContext, options: CockroachOptions) {
    this.#ground = ground;
    this.#where = where;
    this.#context = context;
    this.#options = options;
    this.#cluster = { ...ground, sessions: () => this.sessions(), cancelSession: (id) => this.#endSession(id) };
    this.#gate = {
      ca: new X509Certificate(options.authority.caPem),
      ground,
      fetchKeys: nodeFetch(ground.settings, options.trusted, options.log),
    };
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => resolve());
    });
    const address = this.#server.address();
    return address !== null && typeof address === 'object' ? address.port : port;
  }

  sessions(): readonly SessionFacts[] {
    return [...this.#entries.values()].map(({ session }) => session.facts());
  }

  cut(id?: string): void {
    for (const { session } of this.#entries.values()) if (id === undefined || session.id === id) session.cut();
  }

  #endSession(id: string): boolean {
    const entry = this.#entries.get(id);
    entry?.session.cut();
    return entry !== undefined;
  }

  fault(fault: ChaosFault): void {
    if (fault === '429') throw new Error('a database is not throttled with 429; its faults are down, hang, slow and none');
    this.#fault = fault;
    this.#hang.set(fault === 'hang');
    if (fault === 'down') for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(socket: Socket): void {
    // Down: closed at once, as by a host without a server; the port stays ours.
    if (this.#fault === 'down') {
      socket.resetAndDestroy();
      return;
    }
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    this.#serve(socket).catch((error: unknown) => {
      this.#options.log(`cockroach stand-in: ${error instanceof Error ? error.message : String(error)}`);
      socket.destroy();
    });
  }

  async #serve(raw: Socket): Promise<void> {
    const arrival = await receive(raw, this.#context, () => this.#hang.over());
    if (arrival.kind === 'cancel') {
      for (const { session, pid, secret } of this.#entries.values())
        if (pid === arrival.pid && secret === arrival.secret) session.cancelStatement();
    }
    if (arrival.kind !== 'client') return;
    try {
      const entry = await this.#admit(arrival);
      if (entry === null) return void arrival.socket.destroy();
      this.#entries.set(entry.session.id, entry);
      try {
        await entry.session.serve();
      } finally {
        this.#entries.delete(entry.session.id);
      }
    } catch (error) {
      turnAway(arrival.socket, toSqlError(error));
    }
  }

  /** Log-in, then the session behind, then everything a client is told before its first statement. Null: it went away. */
  async #admit(arrival: Extract<Arrival, { kind: 'client' }>): Promise<Entry | null> {
    const { startup, socket, frames } = arrival;
    const facts = { user: startup.user, how: startup.jwt ? 'jwt' : 'certificate', database: startup.database };
    await this.#watch('before', 'login', facts);
    const password = async (): Promise<string | null> => {
      socket.write(wire.cleartextPassword);
      const got = await frames.next();
      return got?.type === 'p' ? new Fields(got.body).text() : null;
    };
    let user: string | null;
    try {
      user = await decide({ startup, socket, password }, this.#gate);
    } catch (error) {
      await this.#watch('after', 'login', { ...facts, refused: toSqlError(error).message });
      throw error;
    }
    if (user === null) return null;
    if (isHidden(startup.database)) throw new SqlError('3D000', `database "${startup.database}" does not exist`);
    const backend = await Backend.open(this.#where, user, startup.database, told(startup, this.#ground.version));
    const session = new Session({
      user,
      database: startup.database,
      variables: kept(startup, this.#ground.version),
      application: startup.variables['application_name'] ?? '',
      socket,
      client: frames,
      backend,
      cluster: this.#cluster,
      around: { statement: (when, of, facts) => this.#around(when, of, facts) },
    });
    const [pid, secret] = [randomInt(1, 2 ** 31), randomInt(2 ** 31)];
    // pkg/sql/pgwire/conn.go, statusReportParams: it presents itself as PostgreSQL 13.
    const reported = {
      ...Object.fromEntries(backend.parameters),
      server_version: '13.0.0',
      crdb_version: banner(this.#ground.version),
    };
    socket.write(
      Buffer.concat([
        wire.authenticationOk,
        ...Object.entries(reported).map(([name, value]) => wire.parameterStatus(name, value)),
        wire.backendKey(pid, secret),
        wire.ready('I'),
      ]),
    );
    if (startup.jwt) this.tokenLogins.set(user, new Date());
    await this.#watch('after', 'login', { ...facts, as: user });
    return { session, pid, secret };
  }

  async #watch(when: 'before' | 'after', what: string, facts: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#options.watch?.(when, what, facts);
  }

  async #around(when: 'before' | 'after', session: Session, { what, text, failed }: StatementFacts): Promise<void> {
    if (when === 'before' && this.#fault === 'slow') await sleep(slowMs, undefined, { ref: false });
    const facts = { user: session.user, statement: text, session: session.id, cut: () => session.cut() };
    await this.#watch(when, what, failed === undefined ? facts : { ...facts, failed });
    // What was under way when it began is not answered either.
    if (when === 'after') await this.#hang.over();
  }
}
