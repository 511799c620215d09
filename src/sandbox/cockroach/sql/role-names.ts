/** Which names a new SQL user or role may have, and CockroachDB's words for those that may not. */
import { normalizeName } from '../../../core/identity/sql-username.ts';
import { SqlError } from '../errors.ts';

const maxBytes = 63;
const valid = /^[\p{Ll}0-9_][-\p{Ll}0-9_.]*$/u;
const hint =
  'Usernames are case insensitive, must start with a letter, digit or underscore, may contain letters, digits, dashes, periods, ' +
  'or underscores, and must not exceed 63 characters.';

/**
 * pkg/security/username/username.go@036c270233cc (MakeSQLUsernameFromUserInput, ValidateUsername) and
 * pkg/sql/create_role.go@002c0334c42d (blocked and reserved names).
 * @throws SqlError 42602, 42622 or 42939
 */
export function newRoleName(written: string): string {
  const name = normalizeName(written);
  if (name === '') throw new SqlError('42602', 'username is empty', { hint });
  if (Buffer.byteLength(name, 'utf8') > maxBytes) throw new SqlError('42622', `"${name}": username is too long`, { hint });
  if (!valid.test(name)) throw new SqlError('42602', `"${name}": username is invalid`, { hint });
  if (name === 'node') throw new SqlError('42939', 'username "node" reserved');
  if (name === 'public' || name === 'none' || name.startsWith('pg_') || name.startsWith('crdb_internal_')) {
    throw new SqlError('42939', `role name "${name}" is reserved`);
  }
  return name;
}
