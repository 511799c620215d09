/** What the admins are told of scheduled checks: a change of verdict once, and its end; and what is no news. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Check, ClusterReport, Verdict } from '../../src/core/cluster/report.ts';
import { tellVerdict } from '../../src/core/work/verdicts.ts';
import { watchCluster } from '../../src/core/work/watch-cluster.ts';
import { product } from './product-rig.ts';

const p = product('verdicts');

const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 24, 14, minute));

function check(standing: Check['standing'], found: string, next: string | null = null): Check {
  return { id: 'claim', standing, found, expected: null, next, sql: [] };
}

/** A scheduled check, made at this minute, that found this. */
async function finds(minute: number, verdict: Verdict, but: Partial<ClusterReport> = {}): Promise<void> {
  const checks = verdict === 'healthy' ? [check('ok', 'fine')] : [check('note', 'a note'), check(verdict, `it is ${verdict}`)];
  const users = { kept: 3, changed: 0 };
  const report = { cluster: 'prod', version: 'v25.2.4', verdict, checks, users, lastHealthy: null, ...but };
  await tellVerdict(p.world, report, at(minute));
}

const titles = async (): Promise<readonly (string | undefined)[]> => (await p.alerts()).map((text) => text.split('\n')[0]);

describe('a change of verdict', () => {
  it('is told once, with what is wrong and the next step, and so is its end', async () => {
    await finds(0, 'healthy');
    assert.deepEqual(await titles(), []);
    const checks = [
      check('attention', 'a key is stale'),
      check('broken', 'the claim is sub', 'Press Plan.'),
      check('ok', 'the issuer is there'),
    ];
    await finds(2, 'broken', { checks });
    await finds(4, 'broken', { checks });
    const [text] = await p.alerts();
    assert.deepEqual(text?.split('\n'), [
      'prod: broken',
      'the claim is sub → Press Plan.',
      'a key is stale',
      'v25.2.4 · found by the check of 14:02 UTC',
    ]);
    await finds(16, 'healthy');
    await finds(18, 'healthy');
    assert.deepEqual(await titles(), ['prod: broken', 'prod is healthy again; it was broken for 14 min']);
    await finds(20, 'broken');
    await finds(22, 'attention');
    assert.deepEqual((await titles()).slice(2), ['prod: broken', 'prod: attention (it was broken for 2 min)']);
    const seen = await p.world.store.watch.seen('prod');
    assert.deepEqual([seen?.verdict, seen?.since, seen?.lastHealthy], ['attention', at(22), at(18)]);
  });

  it('is told at the first check of all when it is not healthy, but not before anything was granted', async () => {
    await finds(0, 'attention', { users: { kept: 0, changed: 0 } });
    assert.deepEqual(await titles(), []);
    await finds(2, 'attention', { users: { kept: 1, changed: 0 } });
    assert.deepEqual(await titles(), ['prod: attention']);
    await finds(4, 'healthy');
    await finds(6, 'attention', { users: { kept: 0, changed: 0 } });
    assert.deepEqual((await titles()).slice(1), ['prod is healthy again; it was attention for 2 min', 'prod: attention']);
  });

  it('is not a single look that found nothing out, and is the second in a row', async () => {
    await finds(0, 'healthy');
    for (const minute of [2, 6, 10]) {
      await finds(minute, 'unknown');
      await finds(minute + 2, 'healthy');
    }
    assert.deepEqual(await titles(), []);
    assert.equal((await p.world.store.watch.seen('prod'))?.verdict, 'healthy');
    await finds(14, 'unknown');
    await finds(16, 'unknown');
    await finds(18, 'unknown');
    assert.deepEqual(await titles(), ['prod: unknown']);
    await finds(20, 'healthy');
    assert.deepEqual((await titles()).slice(1), ['prod is healthy again; it was unknown for 4 min']);
  });

  it('is told once by a process that is cut off before it has kept that it was told', async () => {
    await finds(0, 'healthy');
    await finds(2, 'broken');
    await p.sql(
      `UPDATE watch_notes SET says = '{"verdict": "healthy", "since": null, "missed": false}' WHERE name = 'told:prod'`,
    );
    await finds(4, 'broken');
    assert.deepEqual(await titles(), ['prod: broken']);
  });

  it('names no more than a few of very many things that are wrong', async () => {
    await finds(0, 'broken', { checks: Array.from({ length: 40 }, (_, i) => check('attention', `thing ${i}`)) });
    const [text] = await p.alerts();
    assert.equal(text?.split('\n').length, 1 + 5 + 1 + 1);
    assert.match(text ?? '', /\nAnd 35 more\.\n/);
  });

  it('is looked at a second time before it is told: what had passed by then is none', async () => {
    await watchCluster(p.world, 'prod');
    assert.deepEqual(await titles(), []);
    let looks = 0;
    p.o.fail = (what) => {
      if (what === 'cluster.survey') looks += 1;
      p.o.settings['server.jwt_authentication.authorization.enabled'] = String(looks === 1);
    };
    await watchCluster(p.world, 'prod');
    assert.equal(looks, 2);
    assert.deepEqual(await titles(), []);
    assert.notEqual((await p.world.store.watch.seen('prod'))?.verdict, 'broken');
  });
});
