/** `npm run playground` says what is wrong before it starts anything. What it starts is fetched by npx, and tried by hand (docs/teams.md). */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { people } from '../../src/sandbox/people.ts';
import { checkout } from './checkout.ts';

const read = (path: string): string => readFileSync(join(checkout, path), 'utf8');

suite('npm run playground', () => {
  const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['somebody whom the sandbox does not have', ['--as', 'mallory'], new RegExp(people.map(({ key }) => key).join(', '))],
    ['a bot on another machine', ['--bot', 'http://bot.contoso.com/api/messages'], /a bot on this machine/],
    ['a bot’s other address', ['--bot', 'http://127.0.0.1:3000/slack/events'], /http:\/\/127\.0\.0\.1:3000\/api\/messages/],
    ['a port that is none', ['--port', '65536'], /"65536" is no port/],
    ['no folder', ['--data', ''], /the path of a folder/],
    ['an option that does not exist', ['--tenant', 'x'], /--tenant[\s\S]*npm run playground -- \[--as KEY\]/],
  ];
  for (const [what, args, says] of wrong) {
    test(`${what}: said, and nothing is started`, () => {
      const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/playground.mjs', ...args], {
        cwd: checkout,
        encoding: 'utf8',
        timeout: 60_000,
      });
      assert.equal(status, 2, stderr);
      assert.match(stderr, says);
      assert.equal(stdout, '');
    });
  }

  test('fetches one release, the one that the documentation was written for', () => {
    const [, pinned] = /@microsoft\/m365agentsplayground@(\d+\.\d+\.\d+)'/.exec(read('scripts/playground.mjs')) ?? [];
    assert.ok(pinned);
    assert.ok(read('docs/teams.md').includes(`m365agentsplayground ${pinned}`));
  });
});
