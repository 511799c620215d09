/** A deployment that serves one platform loads nothing of the other: its SDK is neither in memory nor waited for. */

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Platform, platforms } from '../../src/sandbox/platforms.ts';
import { drive } from './sandbox-driver.ts';

const sdks = { slack: /\/node_modules\/@slack\//, teams: /\/node_modules\/bot(builder|framework)/ } as const;
const own = { slack: '/dist/adapters/slack/', teams: '/dist/adapters/teams/' } as const;

/** Every script that a bot for these platforms had loaded when it ended, as V8 counts them. */
async function loadedFor(served: readonly Platform[]): Promise<readonly string[]> {
  const counted = mkdtempSync(join(tmpdir(), 'crdb-access-loaded-'));
  try {
    const d = await drive({ platforms: served, env: { NODE_V8_COVERAGE: counted } });
    try {
      const [on = 'slack'] = served;
      await d.on(on).command('carol', on === 'slack' ? '/crdb-access request analytics' : 'request analytics');
      await d.on(on).card('bob', 'Carol Díaz asks for analytics');
      const ready = await fetch(d.sandbox.facts.bot.readyUrl);
      assert.equal(ready.status, 200, await ready.text());
    } finally {
      await d.stop();
    }
    return readdirSync(counted).flatMap((file) =>
      (JSON.parse(readFileSync(join(counted, file), 'utf8')) as { result: { url: string }[] }).result.map(({ url }) => url),
    );
  } finally {
    rmSync(counted, { recursive: true, force: true });
  }
}

for (const served of platforms) {
  test(`with ${served} alone the bot does its work, and nothing of another platform is loaded`, async () => {
    const loaded = await loadedFor([served]);
    for (const platform of platforms) {
      const is = platform === served;
      assert.equal(
        loaded.some((url) => sdks[platform].test(url)),
        is,
        `${platform}'s SDK`,
      );
      assert.equal(
        loaded.some((url) => url.includes(own[platform])),
        is,
        `${platform}'s adapter`,
      );
    }
  });
}

test('with both, both are', async () => {
  const loaded = await loadedFor(platforms);
  for (const platform of platforms)
    assert.ok(
      loaded.some((url) => sdks[platform].test(url)),
      platform,
    );
});
