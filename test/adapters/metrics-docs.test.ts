import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { catalogue, type Metric } from '../../src/adapters/metrics/catalogue.ts';

const page = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');

/** The table as the code would have it. */
function table(): string {
  const rows = Object.entries<Metric>(catalogue).map(([name, { type, help, labels }]) => {
    const said = Object.entries(labels).map(
      ([label, values]) =>
        `\`${label}\`: ${typeof values === 'string' ? values : values.map((value) => `\`${value}\``).join(', ')}`,
    );
    return `| \`${name}\` | ${type} | ${help} | ${said.join('; ')} |`;
  });
  return ['| Series | Type | What it says | Labels |', '|---|---|---|---|', ...rows].join('\n');
}

test('docs/metrics.md has every series of the code, with its type, meaning and labels', () => {
  assert.ok(page.includes(table()), `docs/metrics.md lacks this table:\n${table()}`);
});

test('whatever series the page names anywhere is one of the code', () => {
  const known = new Set(Object.keys(catalogue));
  const named = [...page.matchAll(/crdb_access_[a-z_]+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ''));
  assert.ok(named.length > known.size);
  for (const name of named) assert.ok(known.has(name), name);
});

test('names end in their base unit, and counters in _total (Prometheus docs, "Metric and label naming")', () => {
  for (const [name, { type, help }] of Object.entries<Metric>(catalogue)) {
    assert.match(name, /^crdb_access_[a-z]+(_[a-z]+)*$/);
    assert.equal(name.endsWith('_total'), type === 'counter', name);
    assert.equal(/(?<!_timestamp)_seconds$/.test(name), type === 'histogram', name);
    assert.match(help, /\.$/);
  }
});
