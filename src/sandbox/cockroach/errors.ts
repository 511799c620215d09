/** An error as CockroachDB sends it. */
export interface SqlErrorFields {
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
}

export class SqlError extends Error {
  readonly sqlstate: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;

  constructor(sqlstate: string, message: string, fields: SqlErrorFields = {}) {
    super(message);
    this.name = 'SqlError';
    this.sqlstate = sqlstate;
    this.detail = fields.detail;
    this.hint = fields.hint;
  }
}

/** What CockroachDB's parser says of a word that does not fit (pkg/sql/parser, `at or near "…": syntax error`). */
export const syntaxError = (near: string): SqlError => new SqlError('42601', `at or near "${near}": syntax error`);

/** CockroachDB may well know it; the stand-in does not, and says so instead of guessing. */
export const notImitated = (what: string): SqlError =>
  new SqlError('0A000', `the CockroachDB stand-in does not know this: ${what}`, {
    hint: 'docs/sandbox-cockroach.md lists what it knows; a real cluster may accept more.',
  });

export const refused = (message: string): SqlError => new SqlError('42501', message);

/** Anything thrown, as an error that can be sent. PostgreSQL's own errors (node-postgres) keep their SQLSTATE. */
export function toSqlError(error: unknown): SqlError {
  if (error instanceof SqlError) return error;
  const { message, code, detail, hint } = error as { message?: string; code?: string; detail?: string; hint?: string };
  return new SqlError(typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : 'XXUUU', message ?? String(error), {
    detail,
    hint,
  });
}
