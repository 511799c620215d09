import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askAndApprove, logsIn, map, setting, tries } from './grants-rig.ts';
import { drive, type Driver } from './sandbox-driver.ts';

/** What is different about a cluster, beside its version. */
export interface Circumstance {
  /** For the test's name: `role sync is on`. */
  readonly says: string;
  /** What stands in the way: made so before the request … */
  readonly before?: (d: Driver) => Promise<unknown>;
  /** … and seen and mended by an admin after the approval. */
  readonly mended?: (d: Driver) => Promise<unknown>;
  /** What is so after the login. */
  readonly after?: (d: Driver) => Promise<unknown>;
}

/** The main job on a cluster of this version, in a sandbox of its own. */
export function worksOn(version: string, form: 'pattern' | 'people', circumstance?: Circumstance): void {
  const where = `${version} (map: ${form}${circumstance === undefined ? '' : `; ${circumstance.says}`})`;
  test(`on CockroachDB ${where} a request ends in a login, and nobody else can use it`, async () => {
    const d = await drive({ version, map: form, env: { SWEEP_SECONDS: '1', RETRY_CAP_SECONDS: '1' } });
    try {
      await circumstance?.before?.(d);
      await askAndApprove(d, 'alice');
      await circumstance?.mended?.(d);
      await logsIn(d, 'alice');
      const rows = (await setting(d, map)).split('\n').filter((line) => line !== '');
      assert.equal(rows.length, 1);
      assert.equal(rows[0]?.endsWith(form === 'pattern' ? ' \\1' : ' alice'), true, rows[0]);
      for (const user of ['alice', 'admin']) {
        const run = await tries(d, 'alice2', user);
        assert.notEqual(run.code, 0, run.out);
        assert.match(run.err, /ERROR/);
      }
      await circumstance?.after?.(d);
    } finally {
      await d.stop();
    }
  });
}
