/**
 * The gate before CockroachDB's internals: `system` and most of `crdb_internal` (pkg/sql/unsafesql/unsafesql.go@04783335a0db,
 * CheckInternalsAccess). SHOW statements read them all the same.
 */
import { supports } from '../../../core/cluster/releases.ts';
import { notImitated, SqlError } from '../errors.ts';
import type { Context } from './plan.ts';
import type { StatementText, Token } from './tokens.ts';
import { initialOf } from './variables.ts';

/** pkg/sql/sqlerrors, ErrUnsafeTableAccess. */
const restricted = (): SqlError =>
  new SqlError('42501', 'Access to crdb_internal and system is restricted.', {
    hint: 'These interfaces are unsupported in production. To proceed, set the session variable allow_unsafe_internals = true (not recommended), or contact Cockroach Labs for a supported alternative.',
  });

/** Supported in production, so open to everybody (docs v26.1/crdb-internal.md, "Tables"; unsafesql_test.go for `zones`). */
const open: ReadonlySet<string> = new Set([
  'cluster_contended_indexes',
  'cluster_contended_keys',
  'cluster_contended_tables',
  'cluster_contention_events',
  'cluster_locks',
  'cluster_queries',
  'cluster_sessions',
  'cluster_transactions',
  'index_usage_statistics',
  'statement_statistics',
  'transaction_contention_events',
  'transaction_statistics',
  'zones',
]);

const isDot = (token: Token | undefined): boolean => token?.kind === 'symbol' && token.value === '.';
const isName = (token: Token | undefined): token is Token => token?.kind === 'word' || token?.kind === 'quoted';

interface Internal {
  readonly schema: string;
  readonly name: string;
}

/** `crdb_internal.x`, in whichever database, and `system.x` or `system.public.x`. */
function internalsOf({ tokens }: StatementText): readonly Internal[] {
  return tokens.flatMap((token, i) => {
    const name = tokens[i + 2];
    if (!isName(token) || !isDot(tokens[i + 1]) || !isName(name)) return [];
    const inDatabase = isDot(tokens[i - 1]);
    const counts = token.value === 'crdb_internal' || (token.value === 'system' && !inDatabase);
    return counts ? [{ schema: token.value, name: name.value }] : [];
  });
}

/** The setting, where it is on, goes before the session's variable. */
function allowed({ session, cluster }: Context): boolean {
  if (cluster.settings.text('sql.override.allow_unsafe_internals.enabled') === 'true') return true;
  const name = 'allow_unsafe_internals';
  return (session.variables.get(name) ?? initialOf(name, cluster.version)) === 'on';
}

/**
 * @throws SqlError 42501 where CockroachDB refuses it, else 0A000: what is in them is not played
 */
export function refuseInternals(statement: StatementText, context: Context): void {
  const [first] = internalsOf(statement);
  if (first === undefined) return;
  const guarded = supports(context.cluster.version, 'unsafeInternalsGate') && !allowed(context);
  const closed = internalsOf(statement).some(({ schema, name }) => schema === 'system' || !open.has(name));
  if (guarded && closed) throw restricted();
  throw notImitated(`${first.schema}.${first.name}`);
}
