import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askAndApprove, logsIn, map, setting, tries } from './grants-rig.ts';
import { drive, type Driver } from './sandbox-driver.ts';

/** What stands in the way on a version: made so before the request, and seen and mended by an admin after the approval. */
export interface Obstacle {
  readonly before?: (d: Driver) => Promise<unknown>;
  readonly mended: (d: Driver) => Promise<unknown>;
}

/** The main job on a cluster of this version, in a sandbox of its own. */
export function worksOn(version: string, form: 'pattern' | 'people', obstacle?: Obstacle): void {
  test(`on CockroachDB ${version} (map: ${form}) a request ends in a login, and nobody else can use it`, async () => {
    const d = await drive({ version, map: form, env: { SWEEP_SECONDS: '1', RETRY_CAP_SECONDS: '1' } });
    try {
      await obstacle?.before?.(d);
      await askAndApprove(d, 'alice');
      await obstacle?.mended(d);
      await logsIn(d, 'alice');
      const rows = (await setting(d, map)).split('\n').filter((line) => line !== '');
      assert.equal(rows.length, 1);
      assert.equal(rows[0]?.endsWith(form === 'pattern' ? ' \\1' : ' alice'), true, rows[0]);
      for (const user of ['alice', 'admin']) {
        const run = await tries(d, 'alice2', user);
        assert.notEqual(run.code, 0, run.out);
        assert.match(run.err, /ERROR/);
      }
    } finally {
      await d.stop();
    }
  });
}
