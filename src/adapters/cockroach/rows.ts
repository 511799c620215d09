/** Rows of CockroachDB's SHOW statements in the core's words. By position: names of columns changed, their order did not. */

import pg from 'pg';
import type { Membership, SqlUser } from '../../core/cluster/cluster.ts';
import { Fault } from '../../core/errors.ts';
import type { Rows } from './connections.ts';

/** For text[] by its OID in PostgreSQL's catalog; an array of another OID comes as text. */
const parseTextArray = (pg.types.getTypeParser as (oid: number) => unknown)(1009) as (text: string) => string[];

/** Role options with which a SQL user can't log in (CockroachDB docs, "CREATE ROLE"). */
const noLogin = ['NOLOGIN', 'NOSQLLOGIN'];

/** SHOW USERS: `username, options, member_of`, and more on newer versions. */
export function usersOf(rows: Rows): readonly SqlUser[] {
  return rows.map(([name, options, memberOf]) => {
    const list = listOf(options);
    return { name: String(name), canLogin: !list.some((o) => noLogin.includes(o)), options: list, memberOf: listOf(memberOf) };
  });
}

/** SHOW GRANTS ON ROLE: `role_name, member, is_admin`. */
export function membershipsOf(rows: Rows): readonly Membership[] {
  return rows.map(([role, member, isAdmin]) => ({
    role: String(role),
    member: String(member),
    isAdmin: isAdmin === true || isAdmin === 't',
  }));
}

/**
 * `v25.2.4` out of `CockroachDB CCL v25.2.4 (x86_64-pc-linux-gnu, built …)`.
 * @throws Fault `cluster_refused` when it is no CockroachDB
 */
export function versionOf(rows: Rows, cluster: string): string {
  const text = String(rows[0]?.[0]);
  const version = /^CockroachDB\b.*?\s(v\d+\.\d+\.\d+\S*)/.exec(text)?.[1];
  if (version === undefined)
    throw new Fault(
      'cluster_refused',
      'never',
      `the cluster ${cluster} is no CockroachDB: its version is ${JSON.stringify(text.slice(0, 80))}`,
    );
  return version;
}

/** A setting as SHOW CLUSTER SETTING prints it; a boolean comes as BOOL on the wire, which node-postgres makes a boolean. */
export function settingOf(rows: Rows): string {
  const value = rows[0]?.[0];
  return typeof value === 'string' ? value : value === true || value === false ? String(value) : '';
}

/** SHOW SYSTEM GRANTS: `grantee, privilege_type, is_grantable`. What `public` has is everybody's, and listed since v24.3 only (PR 126866). */
export function systemPrivilegesOf(rows: Rows): readonly string[] {
  const held = rows.filter(([grantee]) => grantee !== 'public').map(([, privilege]) => String(privilege));
  return [...new Set(held)].sort();
}

/**
 * Seconds since 1970.
 * @throws Fault `cluster_refused` for what is no time
 */
export function clockOf(rows: Rows, cluster: string): number {
  const value = rows[0]?.[0];
  const seconds = typeof value === 'number' || typeof value === 'string' ? Number.parseFloat(String(value)) : Number.NaN;
  if (Number.isFinite(seconds)) return seconds;
  const shown = JSON.stringify(value ?? null).slice(0, 80);
  throw new Fault('cluster_refused', 'never', `the clock of the cluster ${cluster} can't be read: it says ${shown}`);
}

/** `options` is a text with commas up to v25.2 and an array from v25.3 (PR 148532). */
function listOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map(String);
  const text = typeof value === 'string' ? value : '';
  if (text.startsWith('{')) return parseTextArray(text);
  return text.split(',').flatMap((option) => option.trim() || []);
}
