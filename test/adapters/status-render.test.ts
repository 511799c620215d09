import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { modal } from '../../src/adapters/slack/form.ts';
import { render as inSlack } from '../../src/adapters/slack/render.ts';
import { render as inTeams, renderForm } from '../../src/adapters/teams/render.ts';
import { type Check, checkIds, type ClusterReport, type StatusReport } from '../../src/core/cluster/report.ts';
import { cutMark } from '../../src/core/messages/harmless.ts';
import { checksForm } from '../../src/core/messages/checks.ts';
import { statusCard } from '../../src/core/messages/status.ts';

const at = new Date('2026-06-01T12:00:00Z');
const long = (of: string, n: number): string => `${of} `.repeat(Math.ceil(n / (of.length + 1))).slice(0, n);

/** Everything is wrong, more than once, and has a lot to say. */
const checks: readonly Check[] = [...checkIds, ...checkIds].map((id, i) => ({
  id,
  standing: i % 3 === 0 ? 'broken' : 'attention',
  found: long(`found ${i}`, 3000),
  expected: long('expected', 3000),
  next: long('next', 1500),
  sql: [`SET CLUSTER SETTING a = '${long('x', i % 2 === 0 ? 20_000 : 900)}';`],
}));
const cluster = (name: string): ClusterReport => ({
  cluster: name,
  version: 'v25.2.4',
  verdict: 'broken',
  checks,
  users: { kept: 212, changed: 3 },
  lastHealthy: at,
});
const report = (n: number): StatusReport => ({
  at,
  verdict: 'broken',
  clusters: Array.from({ length: n }, (_, i) => cluster(`cluster-${i}`)),
});

/** A message of Teams may have 28 KB (learn.microsoft.com, "limits-specifications-teams"). */
const teamsBytes = 28 * 1024;
const bytes = (of: unknown): number => Buffer.byteLength(JSON.stringify(of), 'utf8');

suite('a status in which everything is wrong', () => {
  for (const n of [1, 2, 6, 40]) {
    test(`fits a message on both platforms, with ${n} cluster(s), buttons and all`, () => {
      const card = statusCard(report(n));
      const slack = inSlack(card);
      assert.ok(slack.blocks.length <= 50, `${slack.blocks.length} blocks`);
      assert.equal(slack.blocks.filter(({ type }) => type === 'actions').length, Math.min(n, 5));
      const teams = inTeams(card, null);
      assert.ok(bytes(teams) < teamsBytes, `${bytes(teams)} bytes`);
      for (const text of [JSON.stringify(slack), JSON.stringify(teams)]) {
        assert.ok(text.includes(n > 3 ? `${n} clusters: ${n} broken` : 'cluster-0: broken'));
        assert.ok(!text.includes(`"${cutMark}"`), 'nothing is left out without a word');
      }
    });
  }

  test('fits a form on both platforms, each statement whole or not at all', () => {
    const form = checksForm(cluster('a-cluster-with-quite-a-long-name'), at);
    assert.ok(form.title.length <= 24);
    const slack = modal(form, '{}');
    assert.ok(slack.blocks.length <= 100, `${slack.blocks.length} blocks`);
    const teams = renderForm(form, { about: form.about, place: null });
    assert.ok(bytes(teams) < teamsBytes, `${bytes(teams)} bytes`);
    for (const text of [JSON.stringify(slack), JSON.stringify(teams)]) {
      const whole = [...text.matchAll(/SET CLUSTER SETTING a = '[x ]*(';|…)/g)];
      assert.ok(whole.length > 0, 'a short statement is shown');
      assert.ok(whole.every(([, end]) => end === "';"));
      assert.match(text, /The SQL has 20\d+ characters: the command line prints it/);
    }
  });
});
