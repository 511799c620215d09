/** What a status says of the lines of a map, by what the lint was asked and what it answered. */

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Fault } from '../../src/core/errors.ts';
import { worstLines } from '../../src/core/identity/lint/worst.ts';
import type { MapQuestion } from '../../src/core/ports.ts';
import { look, of, scene, type Scene, v2, written, wrong } from '../fakes/status-scene.ts';

/** The scene, and what the lint is asked in it. */
function asking(): { readonly s: Scene; readonly asked: MapQuestion[] } {
  const [s, asked]: [Scene, MapQuestion[]] = [scene(), []];
  s.linter = {
    lint: async (question) => {
      asked.push(question);
      return worstLines(question);
    },
  };
  return { s, asked };
}

suite('the lines of a map in a status', () => {
  test('are asked about once, with what is known of the cluster', async () => {
    const { s, asked } = asking();
    await look(s);
    assert.equal(asked.length, 1);
    const [{ map, except, most, facts } = assert.fail()] = asked;
    assert.deepEqual([map, except, most], [written, [], 6]);
    assert.deepEqual([facts.version, facts.issuer, facts.managed.length, facts.bound.length], ['v25.2.4', v2, 3, 2]);
  });

  test('that are the bot’s own and not as they should be are left to the check before', async () => {
    const { s, asked } = asking();
    s.map = (text) => text.split('\n').slice(1).join('\n');
    await look(s);
    assert.deepEqual(
      asked.map(({ except }) => except),
      [[1]],
    );
  });

  test('are not asked about when the map can’t be made out', async () => {
    const { s, asked } = asking();
    s.map = () => '<redacted>';
    const { checks, sight } = await look(s);
    assert.deepEqual([asked, sight?.lint, of(checks, 'map-lint')], [[], null, []]);
  });

  test('are unknown when they are too dear to read, with why and what to do, and all else is said', async () => {
    const s = scene();
    const whole = (await look(s)).checks;
    s.linter = { lint: () => Promise.reject(new Fault('not_yet', 'later', 'reading the map took longer than 5 s')) };
    const { checks, verdict } = await look(s);
    const [one = assert.fail(), ...more] = of(checks, 'map-lint');
    assert.deepEqual(more, []);
    assert.equal(one.standing, 'unknown');
    assert.match(one.found, /lines of the identity map can't be told: reading the map took longer than 5 s\.$/);
    assert.match(one.next ?? '', /`npm run -s cli -- lint-map --cluster prod`/);
    assert.equal(verdict, 'unknown');
    assert.deepEqual(wrong(checks), [one]);
    assert.deepEqual(
      checks.map(({ id }) => id),
      whole.map(({ id }) => id),
    );
  });

  test('end the look when the lint has a fault of its own', async () => {
    const s = scene();
    s.linter = { lint: () => Promise.reject(new TypeError('a fault of the program')) };
    await assert.rejects(look(s), /a fault of the program/);
  });

  test('beyond six are counted, as bad as the worst of them', async () => {
    const s = scene();
    s.map = (text) => `${text}\n${Array.from({ length: 8 }, (_, n) => `https://idp.example /(.*)@${n}.example \\1`).join('\n')}`;
    const found = of((await look(s)).checks, 'map-lint');
    assert.equal(found.length, 7);
    assert.deepEqual([found.at(-1)?.standing, found.at(-1)?.found], ['broken', 'And 2 more lines of the map.']);
  });

  test('that keep everybody of our issuer out keep all logins out', async () => {
    const s = scene();
    s.map = () => `${v2} /^([a-z]+)@contoso\\.com$/ \\1`;
    const [one] = of((await look(s)).checks, 'map-lint');
    assert.equal(one?.standing, 'broken');
    s.map = () => `${v2} /^([a-z]+)@contoso\\.com$/ \\1\n${v2} /^([b-z]+)@contoso\\.com$ \\1`;
    const [two] = of((await look(s)).checks, 'map-lint').filter(({ found }) => found.startsWith('Line 1'));
    assert.equal(two?.standing, 'attention');
  });
});
