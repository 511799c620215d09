/**
 * SQL users, SQL roles and their memberships. They are PostgreSQL's own roles, so that its grants are real; what PostgreSQL does not
 * have (CockroachDB's role options and system privileges) stands in tables beside them.
 */
import type pg from 'pg';

export interface Membership {
  readonly role: string;
  readonly member: string;
  readonly admin: boolean;
}

/** Roles of PostgreSQL's and of the stand-in's own: CockroachDB reserves both prefixes, so no SQL user can have such a name. */
const visible = `r.rolname !~ '^(pg_|crdb_internal_)'`;

export class Roles {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async #rows<T>(text: string, values: readonly unknown[] = []): Promise<T[]> {
    return (await this.#pool.query({ text, values: [...values] })).rows as T[];
  }

  /** Every SQL user and role with its options (`NAME` or `NAME=value`) and the roles that it is a direct member of, by name. */
  async list(): Promise<{ username: string; options: string[]; member_of: string[] }[]> {
    return await this.#rows(`
      SELECT r.rolname::text AS username,
             ARRAY(SELECT o.option || coalesce('=' || o.value, '') FROM role_option o WHERE o.username = r.rolname ORDER BY 1) AS options,
             ARRAY(SELECT DISTINCT g.rolname::text FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
                   WHERE m.member = r.oid AND g.rolname !~ '^(pg_|crdb_internal_)' ORDER BY 1) AS member_of
      FROM pg_roles r WHERE ${visible} ORDER BY r.rolname COLLATE "C"`);
  }

  async exists(name: string): Promise<boolean> {
    return (await this.#rows(`SELECT 1 FROM pg_roles r WHERE r.rolname = $1 AND ${visible}`, [name])).length > 0;
  }

  /** Whether it exists, and may log in. */
  async login(name: string): Promise<'may' | 'may not' | 'absent'> {
    if (!(await this.exists(name))) return 'absent';
    const no = await this.#rows(`SELECT 1 FROM role_option WHERE username = $1 AND option IN ('NOLOGIN', 'NOSQLLOGIN')`, [name]);
    return no.length === 0 && !(await this.hasSystemPrivilege(name, 'NOSQLLOGIN')) ? 'may' : 'may not';
  }

  /** All of them at once, for the login decision. */
  async logins(): Promise<Record<string, { login: boolean }>> {
    const all = await this.#rows<{ name: string; login: boolean }>(`
      SELECT r.rolname::text AS name, NOT EXISTS (
        SELECT 1 FROM role_option o WHERE o.username = r.rolname AND o.option IN ('NOLOGIN', 'NOSQLLOGIN')) AS login
      FROM pg_roles r WHERE ${visible}`);
    const barred = (await this.systemGrants()).some((grant) => grant.privilege === 'NOSQLLOGIN');
    if (!barred) return Object.fromEntries(all.map(({ name, login }) => [name, { login }]));
    const each = await Promise.all(all.map(async ({ name }) => [name, { login: (await this.login(name)) === 'may' }] as const));
    return Object.fromEntries(each);
  }

  /** Every direct membership. */
  async memberships(): Promise<Membership[]> {
    return await this.#rows(`
      SELECT g.rolname::text AS role, r.rolname::text AS member, bool_or(m.admin_option) AS admin
      FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles r ON r.oid = m.member
      WHERE ${visible} AND g.rolname !~ '^(pg_|crdb_internal_)' GROUP BY 1, 2 ORDER BY 1, 2`);
  }

  /** All roles that `name` is a member of, at any distance; true where it holds the admin option (MemberOfWithAdminOption). */
  async rolesOf(name: string, all?: readonly Membership[]): Promise<Map<string, boolean>> {
    const memberships = all ?? (await this.memberships());
    const found = new Map<string, boolean>();
    const open = [name];
    for (let member = open.pop(); member !== undefined; member = open.pop()) {
      for (const m of memberships.filter((row) => row.member === member)) {
        const before = found.get(m.role);
        found.set(m.role, (before ?? false) || m.admin);
        if (before === undefined) open.push(m.role);
      }
    }
    return found;
  }

  /** `root`, `admin` itself, and whoever is a member of `admin` at any distance (UserHasAdminRole). */
  async isAdmin(name: string): Promise<boolean> {
    return name === 'root' || name === 'admin' || (await this.rolesOf(name)).has('admin');
  }

  /** System privileges are inherited through membership; role options are not. */
  async hasSystemPrivilege(name: string, privilege: string): Promise<boolean> {
    const holders = [name, 'public', ...(await this.rolesOf(name)).keys()];
    const rows = await this.#rows(
      'SELECT 1 FROM system_privilege WHERE username = ANY($1) AND privilege = ANY($2)',
      // ALL holds what gives rights, not what takes one away.
      [holders, privilege === 'NOSQLLOGIN' ? [privilege] : [privilege, 'ALL']],
    );
    return rows.length > 0;
  }

  /** CheckGlobalPrivilegeOrRoleOption: an admin, the system privilege, or the role option of the same name. */
  async may(name: string, privilege: string): Promise<boolean> {
    if (await this.isAdmin(name)) return true;
    const option = await this.#rows('SELECT 1 FROM role_option WHERE username = $1 AND option = $2', [name, privilege]);
    return option.length > 0 || (await this.hasSystemPrivilege(name, privilege));
  }

  async create(name: string): Promise<void> {
    await this.#pool.query(`CREATE ROLE ${quote(name)} LOGIN`);
  }

  /** Stores an option, or takes it away. PostgreSQL's own LOGIN follows, so that it refuses such a session too. */
  async setOption(name: string, option: string, on: boolean, value: string | null): Promise<void> {
    if (option === 'PASSWORD') return; // nobody has one here
    if (on) {
      await this.#pool.query(
        'INSERT INTO role_option VALUES ($1, $2, $3) ON CONFLICT (username, option) DO UPDATE SET value = excluded.value',
        [name, option, value],
      );
    } else await this.#pool.query('DELETE FROM role_option WHERE username = $1 AND option = $2', [name, option]);
    if (option === 'NOLOGIN') await this.#pool.query(`ALTER ROLE ${quote(name)} ${on ? 'NOLOGIN' : 'LOGIN'}`);
  }

  async drop(name: string): Promise<void> {
    await this.#pool.query(`DROP ROLE ${quote(name)}`);
    await this.#pool.query('DELETE FROM role_option WHERE username = $1', [name]);
    // A later user of that name must not inherit them.
    await this.#pool.query('DELETE FROM system_privilege WHERE username = $1', [name]);
  }

  async grant(role: string, member: string, admin: boolean): Promise<void> {
    await this.#pool.query(`GRANT ${quote(role)} TO ${quote(member)}${admin ? ' WITH ADMIN OPTION' : ''}`);
  }

  async revoke(role: string, member: string, adminOnly: boolean): Promise<void> {
    await this.#pool.query(`REVOKE ${adminOnly ? 'ADMIN OPTION FOR ' : ''}${quote(role)} FROM ${quote(member)}`);
  }

  async grantSystem(name: string, privilege: string): Promise<void> {
    await this.#pool.query('INSERT INTO system_privilege VALUES ($1, $2) ON CONFLICT DO NOTHING', [name, privilege]);
  }

  async revokeSystem(name: string, privilege: string): Promise<void> {
    await this.#pool.query(`DELETE FROM system_privilege WHERE username = $1 AND ($2 = 'ALL' OR privilege = $2)`, [
      name,
      privilege,
    ]);
  }

  async systemGrants(): Promise<{ grantee: string; privilege: string }[]> {
    return await this.#rows('SELECT username AS grantee, privilege FROM system_privilege ORDER BY 1, 2');
  }
}

export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;
