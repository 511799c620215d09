/** Who has read one platform's adapter finds the way in another's. */

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { platforms } from '../../src/adapters/files/policy-file.ts';

const adapters = new URL('../../src/adapters/', import.meta.url);
const exportsOf = async (platform: string, file: string): Promise<readonly string[]> =>
  Object.keys((await import(new URL(`${platform}/${file}.ts`, adapters).href)) as object);

/** What each file of either adapter gives to the others, at the least; `null`: a function of the platform's own name. */
const shared: Readonly<Record<string, readonly (string | null)[]>> = {
  app: [null],
  chat: ['chat'],
  render: ['render'],
  inbound: [],
  guard: ['bodyCap'],
  reply: ['platform', 'replyToken', 'replyAddress'],
  call: ['call', 'asFault'],
  blocks: ['blocksOf'],
  runs: ['richText'],
  people: [],
};
/** What else a file may give: nothing. */
const whole = ['app', 'chat'];

for (const { name } of platforms) {
  test(`the adapter of ${name} has the files that every adapter of a platform has, and they give the same`, async () => {
    const files = readdirSync(fileURLToPath(new URL(`${name}/`, adapters)));
    for (const [file, names] of Object.entries(shared)) {
      assert.ok(files.includes(`${file}.ts`), file);
      const given = await exportsOf(name, file);
      const wanted = names.map((one) => one ?? name);
      for (const one of wanted) assert.ok(given.includes(one), `${file} gives no ${one}`);
      if (whole.includes(file)) assert.deepEqual([...given].sort(), [...wanted].sort(), file);
    }
    const { platform } = (await import(new URL(`${name}/reply.ts`, adapters).href)) as { platform: string };
    assert.equal(platform, name, 'as the policy names it');
  });
}
