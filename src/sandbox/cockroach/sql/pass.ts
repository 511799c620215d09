/** Statements that PostgreSQL runs: what has to be changed in their text first. */
import { notImitated, SqlError } from '../errors.ts';
import { quote, quoteText } from '../roles.ts';
import type { Column } from '../wire/messages.ts';
import { refuseInternals } from './internals.ts';
import { refuseForeignFunctions } from './only-postgres.ts';
import type { Context, Outcome, PassPlan, Plan } from './plan.ts';
import type { StatementText, Token } from './tokens.ts';

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const isSymbol = (token: Token | undefined, value: string): boolean => token?.kind === 'symbol' && token.value === value;
const isWord = (token: Token | undefined, value: string): boolean => token?.kind === 'word' && token.value === value;

const sqlTypes: Readonly<Record<Column['type'], string>> = {
  bool: 'bool',
  int8: 'int8',
  text: 'text',
  textArray: 'text[]',
  timestamptz: 'timestamptz',
  interval: 'interval',
};

/** The rows of a SHOW as a table that PostgreSQL can read. */
function asTable(columns: readonly Column[], outcome: Outcome): string {
  const objects = (outcome.rows ?? []).map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i] ?? null])));
  const shape = columns.map(({ name, type }) => `${quote(name)} ${sqlTypes[type]}`).join(', ');
  return `(SELECT * FROM json_to_recordset(${quoteText(JSON.stringify(objects))}) AS "[show]" (${shape}))`;
}

/** Words that may follow a table in FROM, and so are no alias of it. */
const afterTable = new Set([
  'where',
  'group',
  'order',
  'limit',
  'offset',
  'join',
  'left',
  'right',
  'full',
  'inner',
  'cross',
  'natural',
  'on',
  'using',
  'union',
  'except',
  'intersect',
  'having',
  'for',
  'window',
  'fetch',
  'returning',
]);

const hasAlias = (next: Token | undefined): boolean =>
  next !== undefined && (next.kind === 'quoted' || (next.kind === 'word' && !afterTable.has(next.value)));

/** `[SHOW …]` as a table (docs, "SHOW … as a data source"). */
async function expandShows(statement: StatementText, context: Context, planOf: (text: string) => Plan): Promise<Edit[]> {
  const { tokens, text } = statement;
  const edits: Edit[] = [];
  for (const [i, open] of tokens.entries()) {
    if (!isSymbol(open, '[') || !isWord(tokens[i + 1], 'show')) continue;
    const length = tokens.slice(i).findIndex((token) => isSymbol(token, ']'));
    const close = tokens[i + length];
    if (length === -1 || close === undefined) throw new SqlError('42601', 'at or near "EOF": syntax error');
    const { how } = planOf(text.slice(open.end, close.start));
    if (how.kind !== 'own' || how.columns === null) throw notImitated(text.slice(open.start, close.end));
    const alias = hasAlias(tokens[i + length + 1]) ? '' : ' AS "[show]"';
    edits.push({ start: open.start, end: close.end, text: asTable(how.columns, await how.run(context, [])) + alias });
  }
  return edits;
}

/** `version()` prints CockroachDB's own line; the function stands in every database (seed.ts). */
function ownFunctions({ tokens }: StatementText): Edit[] {
  return tokens.flatMap((token, i) => {
    if (!isWord(token, 'version') || !isSymbol(tokens[i + 1], '(') || !isSymbol(tokens[i + 2], ')')) return [];
    const from =
      isSymbol(tokens[i - 1], '.') && isWord(tokens[i - 2], 'pg_catalog') ? (tokens[i - 2] as Token).start : token.start;
    return [{ start: from, end: token.end, text: 'crdb_internal.version' }];
  });
}

function edited(text: string, edits: readonly Edit[]): string {
  return [...edits]
    .sort((a, b) => b.start - a.start)
    .reduce((sql, edit) => sql.slice(0, edit.start) + edit.text + sql.slice(edit.end), text);
}

/**
 * @param planOf plans the statement inside `[SHOW …]`
 * @throws SqlError when it uses what only PostgreSQL has
 */
export function pass(statement: StatementText, touches: boolean, planOf: (text: string) => Plan): PassPlan {
  refuseForeignFunctions(statement);
  return {
    kind: 'pass',
    touches,
    async text(context) {
      refuseInternals(statement, context);
      return edited(statement.text, [...ownFunctions(statement), ...(await expandShows(statement, context, planOf))]);
    },
  };
}
