/** What the page shows of the cluster and of the bot's store, read from them as anybody could. */
import type pg from 'pg';
import type { AuditNow, ClusterNow, UserNow, World } from './feed.ts';
import { meaningOf, settingNames } from './meaning.ts';

export type Users = readonly Omit<UserNow, 'upn'>[];
export interface ClusterRead {
  readonly users: Users;
  readonly settings: ClusterNow['settings'];
  /** The same as they are written, by name; those that this version does not have are missing. */
  readonly texts: ReadonlyMap<string, string>;
}

const noLogin = ['NOLOGIN', 'NOSQLLOGIN'];

/** By position: names and types of columns differ from version to version (options are a text up to v25.2, then an array). */
export async function readCluster(client: pg.Client): Promise<ClusterRead> {
  const { rows } = await client.query<unknown[]>({ text: 'SHOW USERS', rowMode: 'array' });
  const users = rows.map(([name, options, roles]) => ({
    name: String(name),
    canLogin: !listOf(options).some((option) => noLogin.includes(option)),
    roles: listOf(roles),
  }));
  const texts = new Map<string, string>();
  for (const name of settingNames) {
    const value = await readSetting(client, name);
    if (value !== null) texts.set(name, value);
  }
  return { users, settings: meaningOf(texts), texts };
}

const unknownSetting = /unknown (cluster )?setting/;

/** Null: this version has none of that name. */
async function readSetting(client: pg.Client, name: string): Promise<string | null> {
  try {
    const shown = await client.query<unknown[]>({ text: `SHOW CLUSTER SETTING ${name}`, rowMode: 'array' });
    const value = shown.rows[0]?.[0];
    return typeof value === 'string' || typeof value === 'boolean' ? String(value) : '';
  } catch (error) {
    if (error instanceof Error && unknownSetting.test(error.message)) return null;
    throw error;
  }
}

function listOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === 'string' ? value.split(',').flatMap((item) => item.trim() || []) : [];
}

export interface StoreRead {
  readonly audit: readonly AuditNow[];
  /** UPNs by SQL user. */
  readonly kept: ReadonlyMap<string, string>;
  readonly asked: boolean;
  readonly approved: boolean;
  readonly paused: World['paused'];
}

const mostAudit = 60;

/** @param who object ids: whose request and whose approval the suggested steps are about, and names for the audit */
export function readStore(who: {
  readonly requester: string;
  readonly approver: string;
  readonly names: ReadonlyMap<string, string>;
}): (client: pg.Client) => Promise<StoreRead> {
  return async (client) => {
    const audit = await client.query<{
      id: string;
      written_at: Date;
      event: string;
      request_id: string | null;
      actor: string | null;
      details: AuditNow['details'];
    }>(
      `SELECT id, written_at, event, request_id, actor, details FROM audit ORDER BY written_at DESC, seq DESC LIMIT ${mostAudit}`,
    );
    const kept = await client.query<{ sql_username: string; upn: string }>('SELECT sql_username, upn FROM ledger');
    const steps = await client.query<{ asked: boolean; approved: boolean }>(
      `SELECT count(r.id) > 0 AS asked, count(d.request_id) > 0 AS approved
       FROM requests r LEFT JOIN decisions d ON d.request_id = r.id AND d.kind = 'approve' AND d.by_oid = $2
       WHERE r.requester_oid = $1 AND r.entitlement = 'analytics'`,
      [who.requester, who.approver],
    );
    const paused = await client.query<{ paused_at: Date; paused_by: string }>('SELECT paused_at, paused_by FROM watch_paused');
    const [pause] = paused.rows;
    return {
      audit: audit.rows.map((row) => ({
        id: row.id,
        at: row.written_at.toISOString(),
        event: row.event,
        request: row.request_id,
        by: row.actor === null ? null : (who.names.get(row.actor) ?? row.actor),
        details: row.details,
      })),
      kept: new Map(kept.rows.map((row) => [row.sql_username, row.upn])),
      asked: steps.rows[0]?.asked === true,
      approved: steps.rows[0]?.approved === true,
      paused: pause === undefined ? null : { by: pause.paused_by, since: pause.paused_at.toISOString() },
    };
  };
}
