/** `cockroach sql` for the sandbox: takes the command that the bot sends and runs it, as CockroachDB's own program does off a terminal. */
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { type StatementText, splitStatements } from '../cockroach/sql/tokens.ts';

const usage =
  'usage: cockroach sql --url postgresql://USER@HOST:PORT/DATABASE?… [-e STATEMENT]… [--format tsv|csv|table|records]';
const formats = ['tsv', 'csv', 'table', 'records'] as const;
type Format = (typeof formats)[number];

interface Shown {
  readonly fields: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

const text = (value: string | null): string => value ?? 'NULL';

/** A field with the separator, a quote or a line end in it is quoted (Go's encoding/csv, which the original uses for both). */
const delimited = (separator: string) => (value: string) =>
  value.includes(separator) || /["\r\n]|^\s/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;

const lines: Readonly<Record<Format, (shown: Shown) => string[]>> = {
  tsv: ({ fields, rows }) => [fields, ...rows.map((row) => row.map(text))].map((row) => row.map(delimited('\t')).join('\t')),
  csv: ({ fields, rows }) => [fields, ...rows.map((row) => row.map(text))].map((row) => row.map(delimited(',')).join(',')),
  table({ fields, rows }) {
    const all = [[...fields], ...rows.map((row) => row.map(text))];
    const widths = fields.map((_, i) => Math.max(...all.map((row) => (row[i] ?? '').length)));
    const [head = '', ...body] = all.map((row) =>
      row
        .map((cell, i) => ` ${cell.padEnd(widths[i] ?? 0)} `)
        .join('|')
        .trimEnd(),
    );
    return [
      head,
      widths.map((width) => '-'.repeat(width + 2)).join('+'),
      ...body,
      `(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})`,
    ];
  },
  records: ({ fields, rows }) =>
    rows.flatMap((row, n) => [`-[ RECORD ${n + 1} ]`, ...fields.map((field, i) => `${field} | ${text(row[i] ?? null)}`)]),
};

/** The original prints the server's error like this, and what it was doing last. */
function failure(error: unknown): string {
  const { message, code, detail, hint } = error as { message?: string; code?: string; detail?: string; hint?: string };
  const state = code !== undefined && /^[0-9A-Z]{5}$/.test(code) ? [`SQLSTATE: ${code}`] : [];
  const more = [detail === undefined ? [] : [`DETAIL: ${detail}`], hint === undefined ? [] : [`HINT: ${hint}`]].flat();
  return [`ERROR: ${message || code || 'cannot connect'}`, ...state, ...more, 'Failed running "sql"'].join('\n');
}

class Shell {
  readonly #client: pg.Client;
  readonly #format: Format;
  #tags: string[] = [];

  constructor(client: pg.Client, format: Format) {
    this.#client = client;
    this.#format = format;
    client.on('notice', (notice) => process.stderr.write(`NOTICE: ${notice.message}\n`));
    // Values and command tags as the server sent them: node-postgres keeps only the first word of a tag.
    const { connection } = client as unknown as { connection: NodeJS.EventEmitter };
    connection.on('commandComplete', (message: { text: string }) => this.#tags.push(message.text));
  }

  async run(sql: string): Promise<void> {
    this.#tags = [];
    const given = await this.#client.query({
      text: sql,
      rowMode: 'array',
      types: { getTypeParser: () => (value: string) => value },
    });
    const results = (Array.isArray(given) ? given : [given]) as pg.QueryArrayResult<(string | null)[]>[];
    for (const [i, { fields, rows }] of results.entries()) {
      const out = fields.length > 0 ? lines[this.#format]({ fields: fields.map((f) => f.name), rows }) : [this.#tags[i] ?? ''];
      process.stdout.write(out.map((line) => `${line}\n`).join(''));
    }
  }
}

/** The statements of a text; null while a string or comment in it is still open. */
function complete(sql: string): readonly StatementText[] | null {
  try {
    return splitStatements(sql);
  } catch {
    return null;
  }
}

/** Standard input, statement by statement; the rest without a semicolon at its end counts too. */
async function fromInput(shell: Shell, prompt: string): Promise<void> {
  const terminal = process.stdin.isTTY === true;
  const input = createInterface({ input: process.stdin, ...(terminal ? { output: process.stdout, prompt } : {}) });
  let held = '';
  const ask = (): void => {
    if (terminal) input.prompt();
  };
  ask();
  for await (const line of input) {
    held += `${line}\n`;
    const whole = line.trimEnd().endsWith(';') ? complete(held) : null;
    if (whole !== null) {
      held = '';
      for (const { text: statement } of whole) {
        // A person can correct a mistake; a script stops at it.
        await shell.run(statement).catch((error: unknown) => {
          if (!terminal) throw error;
          process.stderr.write(`${failure(error).replace(/\n.*$/, '')}\n`);
        });
      }
    }
    ask();
  }
  for (const { text: statement } of splitStatements(held)) await shell.run(statement);
}

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      url: { type: 'string' },
      execute: { type: 'string', short: 'e', multiple: true },
      format: { type: 'string' },
    },
  });
  const format = formats.find((name) => name === (values.format ?? (process.stdout.isTTY ? 'table' : 'tsv')));
  if (positionals.length !== 1 || positionals[0] !== 'sql' || values.url === undefined || format === undefined) {
    process.stderr.write(`${usage}\n`);
    return 1;
  }
  const client = new pg.Client({ connectionString: values.url, application_name: '$ cockroach sql' });
  const shell = new Shell(client, format);
  client.on('error', () => undefined); // said by the query that it breaks
  try {
    await client.connect();
    if (values.execute === undefined)
      await fromInput(shell, `${client.user ?? ''}@${client.host}:${client.port}/${client.database ?? ''}> `);
    else for (const sql of values.execute) await shell.run(sql);
    return 0;
  } catch (error) {
    process.stderr.write(`${failure(error)}\n`);
    return 1;
  } finally {
    await client.end().catch(() => undefined);
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`ERROR: ${error instanceof Error ? error.message : String(error)}\n${usage}\n`);
    process.exitCode = 1;
  },
);
