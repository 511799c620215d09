/** The table that is printed, and pasted into docs/bench.md. */

import { rounded } from './figures.ts';
import { type Bound, holds, holdsBound, type Measured, type Row } from './row.ts';

export type Outcome = { readonly row: Row } & ({ readonly measured: Measured } | { readonly failed: string });

/** Markdown: one line a row, then the absolute figures. */
export function table(outcomes: readonly Outcome[]): string {
  const lines = outcomes.map((o) => {
    const cells = [
      o.row.what,
      o.row.floor,
      o.row.reach,
      ...('failed' in o ? [`not measured: ${o.failed.split('\n')[0]}`, 'no'] : seen(o.measured)),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| what | floor | to reach | measured | holds |',
    '|---|---|---|---|---|',
    ...lines,
    '',
    ...outcomes.flatMap((o) => ('failed' in o ? [] : [`- ${o.row.name}: ${figures(o.measured)}`])),
  ].join('\n');
}

function seen(m: Measured): readonly string[] {
  const parts = [...m.bounds.map(bound), ...m.conditions.map((c) => `${c.holds ? '' : '**not** '}${c.says}`)];
  return [parts.join(', '), holds(m) ? 'yes' : '**no**'];
}

function bound(b: Bound): string {
  const says = `${b.of} ${rounded(b.value)} ×`;
  return holdsBound(b) ? says : `**${says}**`;
}

const figures = (m: Measured): string =>
  Object.entries(m.figures)
    .map(([name, value]) => `${name} ${rounded(value)}`)
    .join(', ');
