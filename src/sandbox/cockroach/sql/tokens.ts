/** Cuts SQL text into tokens as CockroachDB's scanner does (pkg/sql/scanner), so that nothing inside a string or a comment is taken for SQL. */
import { normalizeName } from '../../../core/identity/sql-username.ts';
import { SqlError, syntaxError } from '../errors.ts';

export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'parameter' | 'symbol' | 'end';
  /** What it means: a word folded as CockroachDB folds names, a string without its quotes, a symbol as it is. */
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

const wordStart = /[\p{L}_\u0080-\uffff]/u;
const wordPart = /[\p{L}\p{N}_$\u0080-\uffff]/u;
const symbols = [
  '::',
  '<=',
  '>=',
  '<>',
  '!=',
  '||',
  '->>',
  '->',
  '#>>',
  '#>',
  '@>',
  '<@',
  '~*',
  '!~*',
  '!~',
  '&&',
  ':=',
  '=>',
  '<<',
  '>>',
].sort((a, b) => b.length - a.length);
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

const unterminated = (what: string): SqlError => new SqlError('42601', `lexical error: unterminated ${what}`);

/** The index behind a comment that starts here, or the same index when none does. CockroachDB nests block comments. */
function afterComment(sql: string, at: number): number {
  if (sql.startsWith('--', at)) {
    const end = sql.indexOf('\n', at);
    return end === -1 ? sql.length : end + 1;
  }
  if (!sql.startsWith('/*', at)) return at;
  let depth = 0;
  for (let i = at; i < sql.length; i++) {
    if (sql.startsWith('/*', i)) {
      depth++;
      i++;
    } else if (sql.startsWith('*/', i)) {
      i++;
      if (--depth === 0) return i + 1;
    }
  }
  throw unterminated('comment');
}

/** A quoted run that ends at the next single `quote`; a doubled one stands for itself; `backslash`: E'…' escapes. */
function quotedRun(sql: string, start: number, quote: string, backslash: boolean): { value: string; end: number } {
  let value = '';
  for (let i = start + 1; i < sql.length; i++) {
    const c = sql[i] ?? '';
    if (c === quote) {
      if (sql[i + 1] !== quote) return { value, end: i + 1 };
      value += quote;
      i++;
    } else if (backslash && c === '\\') {
      const next = sql[++i] ?? '';
      value += escapes[next] ?? next;
    } else value += c;
  }
  throw unterminated(quote === '"' ? 'identifier' : 'string');
}

function dollarRun(sql: string, start: number): { value: string; end: number } | null {
  const tag = /^\$(?:[A-Za-z_][A-Za-z0-9_]*)?\$/.exec(sql.slice(start, start + 70))?.[0];
  if (tag === undefined) return null;
  const end = sql.indexOf(tag, start + tag.length);
  if (end === -1) throw unterminated('string');
  return { value: sql.slice(start + tag.length, end), end: end + tag.length };
}

function runOf(sql: string, at: number, part: RegExp): number {
  let end = at + 1;
  while (end < sql.length && part.test(sql[end] ?? '')) end++;
  return end;
}

function tokenAt(sql: string, start: number): Token {
  const c = sql[start] ?? '';
  const make = (kind: Token['kind'], value: string, end: number): Token => ({ kind, value, start, end });
  if (c === "'") {
    const { value, end } = quotedRun(sql, start, "'", false);
    return make('string', value, end);
  }
  if (/[eEbBxX]/.test(c) && sql[start + 1] === "'") {
    const { value, end } = quotedRun(sql, start + 1, "'", /[eE]/.test(c));
    return make('string', value, end);
  }
  if (c === '"') {
    const { value, end } = quotedRun(sql, start, '"', false);
    return make('quoted', value, end);
  }
  if (c === '$') {
    const number = /^\$\d+/.exec(sql.slice(start, start + 8))?.[0];
    if (number !== undefined) return make('parameter', number.slice(1), start + number.length);
    const dollar = dollarRun(sql, start);
    if (dollar !== null) return make('string', dollar.value, dollar.end);
  }
  if (/[0-9]/.test(c) || (c === '.' && /[0-9]/.test(sql[start + 1] ?? ''))) {
    const end = runOf(sql, start, /[0-9a-zA-Z.]/);
    return make('number', sql.slice(start, end), end);
  }
  if (wordStart.test(c)) {
    const end = runOf(sql, start, wordPart);
    return make('word', normalizeName(sql.slice(start, end)), end);
  }
  const symbol = symbols.find((s) => sql.startsWith(s, start)) ?? c;
  return make('symbol', symbol, start + symbol.length);
}

/** @throws SqlError 42601 for a string, name or comment that does not end, and for a NUL */
function tokenize(sql: string): Token[] {
  if (sql.includes('\0')) throw syntaxError('\\x00');
  const tokens: Token[] = [];
  for (let at = 0; at < sql.length; ) {
    if (/\s/.test(sql[at] ?? '')) {
      at++;
      continue;
    }
    const behind = afterComment(sql, at);
    if (behind !== at) {
      at = behind;
      continue;
    }
    const token = tokenAt(sql, at);
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

export interface StatementText {
  /** From its first token to its last, comments between them included. */
  readonly text: string;
  /** With positions in `text`. */
  readonly tokens: readonly Token[];
}

/** The statements of a text, cut at semicolons. Empty ones are left out. */
export function splitStatements(sql: string): StatementText[] {
  const found: StatementText[] = [];
  let open: Token[] = [];
  const close = (): void => {
    const [first, last] = [open[0], open.at(-1)];
    if (first !== undefined && last !== undefined) {
      const tokens = open.map((t) => ({ ...t, start: t.start - first.start, end: t.end - first.start }));
      found.push({ text: sql.slice(first.start, last.end), tokens });
    }
    open = [];
  };
  for (const token of tokenize(sql)) {
    if (token.kind === 'symbol' && token.value === ';') close();
    else open.push(token);
  }
  close();
  return found;
}
