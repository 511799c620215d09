/** SET, RESET and SHOW of session variables: those that CockroachDB and PostgreSQL share, and those of CockroachDB alone. */
import { type Feature, supports } from '../../../core/cluster/releases.ts';
import { notImitated, SqlError } from '../errors.ts';
import type { Cursor } from './cursor.ts';
import { textOf } from './literal.ts';
import type { OwnPlan } from './plan.ts';

/** Known to both (pkg/sql/vars.go); PostgreSQL does what they say. */
const shared: ReadonlySet<string> = new Set([
  'application_name',
  'bytea_output',
  'client_encoding',
  'client_min_messages',
  'datestyle',
  'default_transaction_isolation',
  'default_transaction_read_only',
  'extra_float_digits',
  'idle_in_transaction_session_timeout',
  'idle_session_timeout',
  'intervalstyle',
  'is_superuser',
  'lock_timeout',
  'row_security',
  'search_path',
  'server_encoding',
  'server_version',
  'server_version_num',
  'session_authorization',
  'standard_conforming_strings',
  'statement_timeout',
  'timezone',
  'transaction_isolation',
  'transaction_read_only',
  'transaction_timeout',
]);

interface OwnVariable {
  readonly initial: 'on' | 'off';
  readonly since?: Feature;
  /** With which feature its default turned into the other. */
  readonly turned?: Feature;
}

/** CockroachDB's alone; all of them switches. */
const ours: Readonly<Record<string, OwnVariable>> = {
  allow_role_memberships_to_change_during_transaction: { initial: 'off' },
  allow_unsafe_internals: { initial: 'on', since: 'unsafeInternalsGate', turned: 'unsafeInternalsOff' },
  autocommit_before_ddl: { initial: 'on' },
};

/** What one of CockroachDB's own variables is before anybody sets it; null: this version has none of that name. */
export function initialOf(name: string, version: string): string | null {
  const own = Object.hasOwn(ours, name) ? ours[name] : undefined;
  if (own === undefined || (own.since !== undefined && !supports(version, own.since))) return null;
  if (own.turned === undefined || !supports(version, own.turned)) return own.initial;
  return own.initial === 'on' ? 'off' : 'on';
}

export type Variable = { readonly kind: 'shared' } | { readonly kind: 'ours'; readonly initial: string };

/** Null: nobody knows it here. */
export function knownVariable(name: string, version: string): Variable | null {
  const initial = initialOf(name, version);
  if (initial !== null) return { kind: 'ours', initial };
  return shared.has(name) ? { kind: 'shared' } : null;
}

function variable(name: string, version: string): Variable {
  const known = knownVariable(name, version);
  if (known === null) throw new SqlError('42704', `unrecognized configuration parameter "${name}"`);
  return known;
}

/** Which variable a SET, RESET or SHOW names; the cursor stands behind that word. Null: a form that PostgreSQL shall read. */
export function readVariable(cursor: Cursor, version: string): { readonly name: string; readonly variable: Variable } | null {
  if (
    cursor.sees('SESSION', 'CHARACTERISTICS') ||
    cursor.sees('TRANSACTION') ||
    cursor.sees('TIME', 'ZONE') ||
    cursor.sees('NAMES')
  )
    return null;
  if (cursor.sees('SESSION', 'AUTHORIZATION') || cursor.sees('ROLE')) throw notImitated('SET ROLE and SET SESSION AUTHORIZATION');
  if (!cursor.accept('SESSION') && !cursor.accept('LOCAL')) cursor.accept('ALL');
  if (cursor.done) return null;
  const name = cursor.dotted();
  return { name, variable: variable(name, version) };
}

export const asSwitch = (name: string, text: string | null): string => {
  const word = text?.toLowerCase() ?? '';
  if (['on', 'true', 't', '1', 'yes'].includes(word)) return 'on';
  if (['off', 'false', 'f', '0', 'no'].includes(word)) return 'off';
  throw new SqlError('22023', `parameter "${name}" requires a Boolean value`);
};

export function setOurs(cursor: Cursor, name: string, initial: string): OwnPlan {
  if (!cursor.acceptSymbol('=')) cursor.expect('TO');
  const literal = cursor.accept('DEFAULT') ? null : cursor.literal();
  cursor.end();
  return {
    kind: 'own',
    columns: null,
    parameters: 0,
    run({ session }, parameters) {
      session.variables.set(name, literal === null ? initial : asSwitch(name, textOf(literal, parameters)));
      return Promise.resolve({ tag: 'SET' });
    },
  };
}

export const resetOurs = (name: string): OwnPlan => ({
  kind: 'own',
  columns: null,
  parameters: 0,
  run({ session }) {
    session.variables.delete(name);
    return Promise.resolve({ tag: 'RESET' });
  },
});

export const showOurs = (name: string, initial: string): OwnPlan => ({
  kind: 'own',
  columns: [{ name, type: 'text' }],
  parameters: 0,
  run: ({ session }) => Promise.resolve({ rows: [[session.variables.get(name) ?? initial]] }),
});

/** CockroachDB prints timeouts in milliseconds, PostgreSQL with a unit. */
export const showTimeout = (name: string): OwnPlan => ({
  kind: 'own',
  columns: [{ name, type: 'text' }],
  parameters: 0,
  run: async ({ session }) => ({ rows: await session.ask(`SELECT setting FROM pg_settings WHERE name = '${name}'`) }),
});
