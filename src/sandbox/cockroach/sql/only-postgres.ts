/** What PostgreSQL knows and CockroachDB does not: refused, so that nothing works here that would fail there. */
import { SqlError } from '../errors.ts';
import type { StatementText } from './tokens.ts';

/** pg_… functions that CockroachDB has too (docs, "Functions and Operators"; pkg/sql/sem/builtins/pg_builtins.go). */
const sharedFunctions: ReadonlySet<string> = new Set([
  'pg_backend_pid',
  'pg_client_encoding',
  'pg_column_size',
  'pg_encoding_to_char',
  'pg_get_constraintdef',
  'pg_get_expr',
  'pg_get_functiondef',
  'pg_get_indexdef',
  'pg_get_serial_sequence',
  'pg_get_userbyid',
  'pg_get_viewdef',
  'pg_has_role',
  'pg_is_in_recovery',
  'pg_my_temp_schema',
  'pg_postmaster_start_time',
  'pg_sequence_parameters',
  'pg_sleep',
  'pg_table_is_visible',
  'pg_type_is_visible',
  'pg_typeof',
]);

/** Functions by prefix or name that are PostgreSQL's alone. Its advisory locks exist in CockroachDB too, but lock nothing. */
const onlyPostgres = [
  /^pg_/,
  /^lo_/,
  /^dblink/,
  /^(?:query|table|schema|database|cursor)_to_xml/,
  /^xml/,
  /^txid_/,
  /^brin_/,
  /^gin_/,
  /^ts_stat$/,
];

/** @throws SqlError 42883 as CockroachDB would for a function that it does not have */
export function refuseForeignFunctions(statement: StatementText): void {
  for (const [i, token] of statement.tokens.entries()) {
    const next = statement.tokens[i + 1];
    if (token.kind !== 'word' && token.kind !== 'quoted') continue;
    if (next?.kind !== 'symbol' || next.value !== '(' || sharedFunctions.has(token.value)) continue;
    if (onlyPostgres.some((pattern) => pattern.test(token.value)))
      throw new SqlError('42883', `unknown function: ${token.value}()`);
  }
}
