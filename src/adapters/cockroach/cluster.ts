/** A CockroachDB cluster: looked at and changed, one statement at a time, over node-postgres. */

import type { Ability, Change } from '../../core/cluster/cluster.ts';
import { Fault } from '../../core/errors.ts';
import type { Cluster, Log } from '../../core/ports.ts';
import { abilitiesOf } from './abilities.ts';
import { connections, NotConnected } from './connections.ts';
import type { Connection, Connections } from './connections.ts';
import { clusterFault, connectionWasCut, settingWasWritten, sqlState } from './errors.ts';
import type { Doing } from './errors.ts';
import { joined } from './joined.ts';
import { membershipsOf } from './rows.ts';
import { anything, giveSight, showMembers, sqlOf } from './sql.ts';
import { stateOf } from './state.ts';
import type { Looking } from './state.ts';
import { surveyOf } from './survey.ts';

export interface ClusterOptions {
  readonly name: string;
  /** `postgresql://…` as the SQL user that creates users and grants. */
  readonly url: string;
  /** As the SQL user that may set cluster settings. Absent: nobody may. */
  readonly settingsUrl?: string;
  readonly log: Log;
  /** How long a statement may take on the cluster. Above 10, so that SET CLUSTER SETTING can wait as long as it does. Default 15. */
  readonly statementTimeoutSeconds?: number;
  /** Default 5. */
  readonly connectTimeoutSeconds?: number;
}

interface Kept {
  readonly name: string;
  readonly reads: Connections;
  readonly surveys: Connections;
  readonly changes: Connections;
  readonly settings: Connections | null;
  /** Those in other databases than the URL's, by name: what a session can list is its own database's. */
  readonly within: (database: string) => Connections;
  readonly users: { readonly bot: string; readonly settings: string };
  /** A change's longest life, milliseconds: connecting, the server's own limit, and some for one that keeps to none. */
  readonly changeMillis: number;
  readonly readMillis: number;
}

const graceMillis = 2_000;
const probeMillis = 3_000;
const attempts = 6;

/**
 * Opens a cluster; connects when it is first asked something. Reads, surveys and changes have connections of their own: a change that
 * waits for somebody's open transaction holds up no look at the cluster, and looks that hang keep nobody from being told so.
 */
export function cockroachCluster(o: ClusterOptions): Cluster & { close(): Promise<void> } {
  const connectMillis = (o.connectTimeoutSeconds ?? 5) * 1000;
  const statementMillis = (o.statementTimeoutSeconds ?? 15) * 1000;
  const open = (url: string, max: number, more: { database?: string } = {}): Connections =>
    connections({ url, max, connectMillis, statementMillis, log: o.log, cluster: o.name, ...more });
  const databases = new Map<string, Connections>();
  const within = (database: string): Connections => {
    const there = databases.get(database) ?? open(o.url, 2, { database });
    databases.set(database, there);
    return there;
  };
  const underWay = joined<readonly Ability[] | null>();
  const kept: Kept = {
    name: o.name,
    reads: open(o.url, 4),
    surveys: open(o.url, 2),
    changes: open(o.url, 4),
    settings: o.settingsUrl === undefined ? null : open(o.settingsUrl, 1),
    within,
    users: { bot: userOf(o.url), settings: userOf(o.settingsUrl ?? '') },
    readMillis: connectMillis + statementMillis,
    changeMillis: connectMillis + statementMillis + graceMillis,
  };
  const ownUsers = [o.url, ...(o.settingsUrl === undefined ? [] : [o.settingsUrl])].map(userOf);
  return {
    name: o.name,
    settingsWritable: kept.settings !== null,
    ownUsers,
    read: (timeout) =>
      look(kept, kept.reads, timeout === undefined ? kept.readMillis : timeout * 1000, (c) => stateOf(looking(kept, c))),
    survey: (timeout) => look(kept, kept.surveys, timeout * 1000, (c) => surveyOf(looking(kept, c), ownUsers)),
    members: async (roles) =>
      roles.length === 0
        ? []
        : membershipsOf(await look(kept, kept.reads, kept.readMillis, (c) => c.query({ text: showMembers(roles) }))),
    abilities: (names, database, timeout) =>
      underWay.join(JSON.stringify([database, ...[...names].sort()]), () =>
        abilities(kept, o.log, { names, database, millis: timeout * 1000 }),
      ),
    run: (change) => run(kept, change),
    probe: async () => {
      await look(kept, kept.reads, probeMillis, (c) => c.query({ text: anything }));
    },
    close: async () => {
      const all = [
        kept.reads,
        kept.surveys,
        kept.changes,
        ...(kept.settings === null ? [] : [kept.settings]),
        ...databases.values(),
      ];
      await Promise.all(all.map((each) => each.close()));
    },
  };
}

const looking = (kept: Kept, connection: Connection): Looking => ({
  connection,
  cluster: kept.name,
  faultOf: (error, doing) => faultOf(kept, error, doing),
});

/** Takes a look, once more when its connection was cut: an idle one may have died unnoticed (a node that was restarted). */
async function look<T>(kept: Kept, over: Connections, millis: number, work: (connection: Connection) => Promise<T>): Promise<T> {
  const until = performance.now() + millis;
  for (let again = true; ; again = false) {
    try {
      return await over.use(Math.max(1, until - performance.now()), work);
    } catch (error) {
      if (!again || !connectionWasCut(error)) throw faultOf(kept, error, 'read');
    }
  }
}

/** Evidence that is shown when it is there: whatever keeps it away is logged, and is nobody's fault. */
async function abilities(
  kept: Kept,
  log: Log,
  of: { readonly names: readonly string[]; readonly database: string; readonly millis: number },
): Promise<readonly Ability[] | null> {
  const { names, database, millis } = of;
  try {
    const seen = await look(kept, kept.within(database), millis, (connection) => abilitiesOf(connection, names, database));
    if (seen === null)
      log.warn(
        { cluster: kept.name, database, user: kept.users.bot },
        `the bot can't see what is in a database; an admin of the cluster runs: ${giveSight(database, kept.users.bot)}`,
      );
    return seen;
  } catch (error) {
    const says = faultOf(kept, error, 'read').message;
    log.warn({ cluster: kept.name, database, says }, 'what roles can do in a database could not be read');
    return null;
  }
}

/** Tries again for as long as CockroachDB asks for that (40001: nothing was committed), a bounded number of times. */
async function run(kept: Kept, change: Change): Promise<'done' | 'exists'> {
  const statement = sqlOf(change);
  const over = change.kind === 'set_setting' ? kept.settings : kept.changes;
  if (over === null)
    throw new Fault('cluster_refused', 'never', `no credential for the settings of the cluster ${kept.name} is configured`);
  for (let attempt = 1; ; attempt++) {
    try {
      await over.use(kept.changeMillis, (connection) => connection.query(statement));
      return 'done';
    } catch (error) {
      if (change.kind === 'create_user' && sqlState(error) === '42710') return 'exists';
      if (change.kind === 'set_setting' && settingWasWritten(error)) return 'done';
      if (sqlState(error) !== '40001' || attempt >= attempts) throw faultOf(kept, error, change.kind);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** attempt));
    }
  }
}

function faultOf(kept: Kept, error: unknown, doing: Doing): Fault {
  const user = doing === 'set_setting' ? kept.users.settings : kept.users.bot;
  return error instanceof NotConnected
    ? clusterFault(error.cause, { cluster: kept.name, user, doing: 'connect' })
    : clusterFault(error, { cluster: kept.name, user, doing });
}

/** The SQL user of a connection URL, for what is said of it; a URL that is none fails when it is used. */
function userOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  return decodeURIComponent(parsed?.searchParams.get('user') ?? parsed?.username ?? '') || 'unknown';
}
