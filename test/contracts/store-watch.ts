/** The part of the store contract about what the watch remembers. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { audit, unique } from './samples.ts';
import { type Stores, sleep, times } from './stores.ts';

const key = (kid: string, n = kid) => ({ kty: 'RSA', kid, n, e: 'AQAB' });

/** Pause, turns, what was found, published keys, notes. */
export function watchPart(c: Stores): void {
  describe('the watch', () => {
    it('is paused once by whoever comes first, and resumed once, each with its audit line', async () => {
      const about = unique('watch-');
      assert.equal(await c.a.watch.paused(), null);
      assert.equal(await c.a.watch.resume([audit('watch.resumed', about)]), false, 'it runs already');
      const made = await times(10, (i) => (i % 2 ? c.a : c.b).watch.pause(`admin-${i}`, [audit('watch.paused', about)]));
      assert.equal(made.filter(Boolean).length, 1);
      const paused = await c.b.watch.paused();
      assert.equal(paused?.by, `admin-${made.indexOf(true)}`);
      assert.ok(Math.abs((paused?.since.getTime() ?? 0) - (await c.a.now()).getTime()) < 60_000);
      const ended = await times(10, (i) => (i % 2 ? c.a : c.b).watch.resume([audit('watch.resumed', about)]));
      assert.equal(ended.filter(Boolean).length, 1);
      assert.equal(await c.a.watch.paused(), null);
      assert.deepEqual(
        (await c.on.audit(about)).map((line) => line.event),
        ['watch.paused', 'watch.resumed'],
      );
    });

    it('gives a turn to exactly one of all that ask, and the next one only when its time has come', async () => {
      const name = unique('turn-');
      const ask = (seconds: number) => times(20, (i) => (i % 2 ? c.a : c.b).watch.turn(name, seconds));
      const got = async (seconds: number) => (await ask(seconds)).filter(Boolean).length;
      assert.equal(await got(60), 1);
      assert.equal(await got(60), 0);
      assert.equal(await c.a.watch.turn(unique('turn-'), 60), true, 'turns of another name are apart');
      await sleep(1_100);
      // Asking takes time, too: another second may pass meanwhile.
      assert.ok((await got(1)) >= 1, 'a second has passed');
      assert.equal(await got(60), 0);
    });

    it('keeps since when a verdict is what it is, and when it was last healthy', async () => {
      const cluster = unique('c');
      const at = (minute: number) => new Date(Date.UTC(2026, 10, 24, 14, minute));
      const seen = (verdict: string, since: number, checked: number, healthy: number | null) => ({
        cluster,
        verdict,
        since: at(since),
        checkedAt: at(checked),
        lastHealthy: healthy === null ? null : at(healthy),
      });
      assert.equal(await c.a.watch.seen(cluster), null);
      assert.equal(await c.a.watch.found(cluster, 'broken', at(1)), null);
      assert.deepEqual(await c.b.watch.seen(cluster), seen('broken', 1, 1, null));
      assert.deepEqual(await c.b.watch.found(cluster, 'broken', at(2)), seen('broken', 1, 1, null));
      assert.deepEqual(await c.a.watch.found(cluster, 'healthy', at(3)), seen('broken', 1, 2, null));
      await c.a.watch.found(cluster, 'healthy', at(4));
      assert.deepEqual(await c.b.watch.seen(cluster), seen('healthy', 3, 4, 4));
      await c.a.watch.found(cluster, 'attention', at(5));
      assert.deepEqual(await c.b.watch.seen(cluster), seen('attention', 5, 5, 4));
      await c.b.watch.found(cluster, 'broken', at(2));
      assert.deepEqual(await c.b.watch.seen(cluster), seen('attention', 5, 5, 4), 'an older look changes nothing');
    });

    it('keeps published keys since they were first seen, and those that are gone since then', async () => {
      const [version, issuer] = [unique('v'), unique('https://issuer.example/')];
      const publish = (...keys: Parameters<typeof c.a.watch.published>[1]['keys']) =>
        c.a.watch.published(version, { issuer, jwksUri: `${issuer}/keys`, keys });
      assert.equal(await c.a.watch.issuer(version), null);
      const first = await publish(key('one'), key('two'));
      assert.deepEqual(await c.b.watch.issuer(version), first);
      assert.deepEqual([first.issuer, first.jwksUri], [issuer, `${issuer}/keys`]);
      assert.deepEqual(
        first.keys.map(({ kid, jwk, goneSince }) => [kid, jwk, goneSince]),
        [
          ['one', key('one'), null],
          ['two', key('two'), null],
        ],
      );
      await sleep(5);
      const second = await publish(key('two'), key('three'), key('three', 'other'), { kty: 'RSA' });
      assert.deepEqual(await c.b.watch.issuer(version), second);
      const [one, two, three] = second.keys;
      assert.deepEqual([one?.kid, one?.firstSeen, one?.goneSince], ['one', first.readAt, second.readAt]);
      assert.deepEqual([two?.kid, two?.firstSeen, two?.goneSince], ['two', first.readAt, null]);
      assert.deepEqual([three?.kid, three?.jwk, three?.firstSeen], ['three', key('three'), second.readAt]);
      assert.equal(second.keys.length, 3, 'of one id the first counts, and one without an id not at all');
      await sleep(5);
      const third = await publish(key('two'));
      assert.deepEqual(third.keys[0]?.goneSince, second.readAt, 'it is gone since it was first missed');
      const fourth = await publish(key('one', 'anew'), key('two'));
      assert.deepEqual([fourth.keys[0]?.jwk, fourth.keys[0]?.goneSince], [key('one', 'anew'), null], 'it came back');
      assert.deepEqual(fourth.keys[0]?.firstSeen, first.readAt);
    });

    it('keeps the keys of two issuers apart, and survives many that publish at once', async () => {
      const version = unique('v');
      const [one, two] = [unique('https://one.example/'), unique('https://two.example/')];
      const publish = (i: number, issuer: string) =>
        (i % 2 ? c.a : c.b).watch.published(version, { issuer, jwksUri: `${issuer}/keys`, keys: [key(`key-${i % 3}`)] });
      await times(12, (i) => publish(i, one));
      await publish(0, two);
      const seen = await c.b.watch.issuer(version);
      assert.deepEqual([seen?.issuer, seen?.keys.map(({ kid }) => kid)], [two, ['key-0']]);
    });

    it('keeps the last of a small result, whatever it is', async () => {
      const name = unique('note-');
      assert.equal(await c.a.watch.note(name), null);
      for (const says of [{ groups: 2, examples: [['a', 'b']] }, [], null, 'nul \u0000']) {
        await c.a.watch.keepNote(name, says);
        const kept = await c.b.watch.note(name);
        assert.deepEqual(kept?.says, says === 'nul \u0000' ? 'nul \uFFFD' : says);
        assert.ok(kept?.at instanceof Date);
      }
    });
  });
}
