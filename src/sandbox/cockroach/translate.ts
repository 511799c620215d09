/** PostgreSQL's errors in CockroachDB's words, where a program or a person would notice the difference. */
import { errorFields } from './backend.ts';
import { SqlError } from './errors.ts';
import { errorResponse } from './wire/messages.ts';

interface Rule {
  readonly sqlstate: string;
  readonly message: RegExp;
  say(found: readonly string[], user: string, verb: string): string;
}

/** pkg/sql/authorization.go (CheckPrivilege), pkg/sql/sqlerrors, and the "restart transaction" prefix of every retryable error. */
const rules: readonly Rule[] = [
  {
    sqlstate: '42501',
    message: /^permission denied for (?:table|view|sequence) (.+)$/,
    say: ([, name], user, verb) => `user ${user} does not have ${verb} privilege on relation ${name}`,
  },
  {
    sqlstate: '42501',
    message: /^permission denied for schema (.+)$/,
    say: ([, name], user, verb) =>
      `user ${user} does not have ${verb === 'CREATE' ? 'CREATE' : 'USAGE'} privilege on schema ${name}`,
  },
  {
    sqlstate: '40001',
    message: /^(could not serialize .*)$/,
    say: ([, why]) => `restart transaction: TransactionRetryWithProtoRefreshError: ${why}`,
  },
  { sqlstate: '57014', message: /statement timeout$/, say: () => 'query execution canceled due to statement timeout' },
  { sqlstate: '57014', message: /user request$/, say: () => 'query execution canceled' },
];

/**
 * @param body of PostgreSQL's ErrorResponse
 * @param what names the statement (`SELECT`, `CREATE TABLE`)
 */
export function translated(body: Buffer, user: string, what: string): Buffer {
  const fields = errorFields(body);
  const [sqlstate, message] = [fields.get('C') ?? 'XXUUU', fields.get('M') ?? ''];
  const rule = rules.find((r) => r.sqlstate === sqlstate && r.message.test(message));
  const text = rule?.say(rule.message.exec(message) ?? [], user, what.split(' ')[0] ?? what) ?? message;
  const severity = fields.get('V') === 'FATAL' ? 'FATAL' : 'ERROR';
  return errorResponse(new SqlError(sqlstate, text, { detail: fields.get('D'), hint: fields.get('H') }), severity);
}
