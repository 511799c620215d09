/** `npm run bench`: measures, prints the table, writes it as JSON with the machine that it was measured on. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { rounded } from './harness/figures.ts';
import { machine } from './harness/machine.ts';
import { holds, type Row } from './harness/row.ts';
import { type Outcome, table } from './harness/table.ts';
import { rows } from './rows.ts';

const usage = `npm run bench -- [--only ROW] [--quick] [--out FILE] [--profile DIR]

Measures the bot against floors taken in the same run.
  --only ROW     one of ${rows.map((r) => r.name).join(', ')}; may be given several times
  --quick        so little of everything that the figures say nothing: to see that it runs
  --out FILE     where the JSON goes (default bench/results/<time>.json)
  --profile DIR  where a CPU profile of each bot goes; it slows them, so that the figures do not count`;

function readArguments(): { only: readonly string[]; quick: boolean; out: string | null } {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string', multiple: true, default: [] },
        quick: { type: 'boolean', default: false },
        out: { type: 'string' },
        profile: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    const unknown = values.only.find((name) => !rows.some((row) => row.name === name));
    if (unknown !== undefined)
      throw new Error(`--only: there is no row "${unknown}"; write one of ${rows.map((r) => r.name).join(', ')}`);
    if (values.profile !== undefined) process.env['BENCH_PROFILE_DIR'] = resolve(values.profile);
    return { only: values.only, quick: values.quick, out: values.out ?? null };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}

async function measure(row: Row, quick: boolean): Promise<Outcome> {
  const began = performance.now();
  const say = (line: string): void => console.error(`  ${row.name}: ${line}`);
  try {
    const measured = await row.run(quick ? 'quick' : 'full', say);
    const says = measured.bounds.map(({ of, value }) => `${of} ${rounded(value)} ×`).join(', ');
    console.error(`${row.name}: ${holds(measured) ? 'holds' : 'misses'}, ${says} (${seconds(began)} s)`);
    return { row, measured };
  } catch (error) {
    console.error(
      `${row.name}: could not be measured (${seconds(began)} s): ${error instanceof Error ? error.stack : String(error)}`,
    );
    return { row, failed: error instanceof Error ? error.message : String(error) };
  }
}

const seconds = (began: number): number => Math.round((performance.now() - began) / 1000);

function write(outcomes: readonly Outcome[], on: ReturnType<typeof machine>, quick: boolean, out: string | null): string {
  const file = resolve(out ?? new URL(`results/${on.at.replaceAll(':', '-')}.json`, import.meta.url).pathname);
  mkdirSync(dirname(file), { recursive: true });
  const results = outcomes.map(({ row, ...of }) => ({
    row: row.name,
    what: row.what,
    floor: row.floor,
    reach: row.reach,
    ...('measured' in of ? { holds: holds(of.measured), ...of.measured } : { holds: false, ...of }),
  }));
  writeFileSync(file, `${JSON.stringify({ machine: on, size: quick ? 'quick' : 'full', rows: results }, null, 2)}\n`);
  return file;
}

const { only, quick, out } = readArguments();
const on = machine();
const outcomes: Outcome[] = [];
let file = '';
for (const row of rows.filter((r) => only.length === 0 || only.includes(r.name))) {
  outcomes.push(await measure(row, quick));
  // After each row: whoever ends it halfway keeps what was measured.
  file = write(outcomes, on, quick, out);
}
if (quick) console.log('Quick: these figures say nothing.\n');
console.log(table(outcomes));
console.log(
  `\n${on.cores} cores (${on.processor}), ${on.memoryGb} GB, Node ${on.node}, ${on.system}, load ${on.load} before; ${on.at}`,
);
console.log(`written to ${file}`);
// A row that misses is a finding, not an error of the program; one that could not be measured is one.
process.exit(outcomes.some((o) => 'failed' in o) ? 1 : 0);
