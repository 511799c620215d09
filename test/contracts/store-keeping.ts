/** The part of the store contract about everything that is kept beside requests. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '../../src/core/errors.ts';
import type { LedgerRow } from '../../src/core/ports.ts';
import { audit, command, press, unique } from './samples.ts';
import { isFault, type Stores, sleep, times } from './stores.ts';

/** Interactions, bindings, the ledger, alerts, the audit. */
export function keepingPart(c: Stores): void {
  describe('interactions', () => {
    it('are received once however often they are delivered', async () => {
      const wanted = command();
      const got = await times(20, (i) => (i % 2 ? c.a : c.b).interactions.receive(wanted));
      assert.equal(got.filter((g) => !g.repeat).length, 1);
      assert.equal(new Set(got.map((g) => g.id)).size, 1);
      const other = await c.a.interactions.receive({ ...wanted, door: { ...wanted.door, platform: 'another' } });
      assert.equal(other.repeat, false, 'keys are the platform’s own');
    });

    it('are worked once, and come back as they were received', async () => {
      for (const wanted of [command({ text: 'nul \u0000' }), press()]) {
        const { id } = await c.a.interactions.receive(wanted);
        assert.ok((await c.b.interactions.unworked(1000)).includes(id));
        const seen: unknown[] = [];
        const held = await times(10, (i) => (i % 2 ? c.a : c.b).interactions.hold(id, async (x) => void seen.push(x)));
        assert.equal(held.filter(Boolean).length, 1);
        const { receivedAt, ...rest } = seen[0] as { receivedAt: Date };
        assert.ok(receivedAt instanceof Date);
        const expected = wanted.kind === 'command' ? { ...wanted, text: 'nul \uFFFD' } : wanted;
        assert.deepEqual(rest, { ...expected, id, attempts: 1 });
        assert.ok(!(await c.b.interactions.unworked(1000)).includes(id));
        assert.equal(await c.b.interactions.hold(id, () => assert.fail('worked already')), false);
      }
    });

    it('come again, a little later, when working them failed', async () => {
      const { id } = await c.a.interactions.receive(command());
      await assert.rejects(
        c.a.interactions.hold(id, async () => {
          throw new Error('no answer');
        }),
        /no answer/,
      );
      assert.equal(await c.b.interactions.hold(id, () => assert.fail('not yet')), false);
      await sleep(1_200);
      assert.ok((await c.b.interactions.unworked(1000)).includes(id));
      assert.equal(await c.b.interactions.hold(id, async (x) => assert.equal(x.attempts, 2)), true);
    });

    it('are let go whatever the error says, also what no database stores', async () => {
      const patient = await c.on.open('worker-with-a-long-lease', 60);
      try {
        const { id } = await c.a.interactions.receive(command());
        await assert.rejects(
          patient.interactions.hold(id, () => Promise.reject(new Error('NUL \u0000 and half a character \ud83d'))),
          /half a character/,
        );
        await sleep(1_200);
        assert.ok((await c.b.interactions.unworked(1000)).includes(id), 'long before the lease has expired');
      } finally {
        await patient.close();
      }
    });
  });

  describe('bindings', () => {
    it('keep the first person of a door, whoever asks at once', async () => {
      const door = { platform: 'chat', team: 'T1', user: unique('U') };
      const kept = await times(20, (i) => (i % 2 ? c.a : c.b).bindings.bind(door, `oid-${i}`));
      assert.equal(new Set(kept.map((k) => k.oid)).size, 1);
      assert.equal((await c.a.bindings.bind(door, 'another')).oid, kept[0]?.oid);
      assert.equal((await c.a.bindings.bind({ ...door, team: 'T2' }, 'another')).oid, 'another');
    });
  });

  describe('the ledger', () => {
    const claim = (cluster: string, sqlUsername: string, oid: string) => ({
      cluster,
      sqlUsername,
      oid,
      upn: `${sqlUsername}@contoso.com`,
    });

    it('gives a name to one of 30 people who claim it at once', async () => {
      const cluster = unique('c');
      const rows = await times(30, (i) => (i % 2 ? c.a : c.b).ledger.claim(claim(cluster, 'alice', `oid-${i}`), []));
      assert.equal(new Set(rows.map((r) => r.oid)).size, 1);
      assert.equal((await c.a.ledger.rows(cluster)).length, 1);
    });

    it("shows a person's SQL users, and whoever else's have a name, on every cluster", async () => {
      const [one, two] = [unique('c'), unique('d')];
      const [me, she, name] = [unique('oid-'), unique('oid-'), unique('user')];
      await c.a.ledger.claim(claim(one, name, she), []);
      await c.a.ledger.claim(claim(one, `${name}2`, me), []);
      await c.a.ledger.claim(claim(two, name, me), []);
      await c.a.ledger.claim(claim(two, `${name}3`, she), []);
      const told = (rows: readonly LedgerRow[]) => rows.map(({ cluster, sqlUsername, oid }) => [cluster, sqlUsername, oid]);
      assert.deepEqual(told(await c.b.ledger.ofPersonAndName(me, name)), [
        [one, name, she],
        [one, `${name}2`, me],
        [two, name, me],
      ]);
      assert.deepEqual(told(await c.b.ledger.ofPerson(me)), [
        [one, `${name}2`, me],
        [two, name, me],
      ]);
      assert.deepEqual(await c.b.ledger.ofPersonAndName(unique('oid-'), unique('user')), []);
    });

    it('shows a person the name they have, when they claim a second one', async () => {
      const cluster = unique('c');
      await c.a.ledger.claim(claim(cluster, 'alice', 'oid-1'), []);
      const second = await c.a.ledger.claim(claim(cluster, 'alice.new', 'oid-1'), []);
      assert.deepEqual([second.sqlUsername, second.oid], ['alice', 'oid-1']);
      await c.a.ledger.claim(claim(cluster, 'bob', 'oid-2'), []);
      assert.equal((await c.a.ledger.claim(claim(cluster, 'bob', 'oid-1'), [])).oid, 'oid-2', 'whose the name is comes first');
      assert.equal((await c.a.ledger.claim(claim(unique('c'), 'alice', 'oid-1'), [])).state, 'creating', 'clusters are apart');
    });

    it('goes from creating to created, and is taken back only before', async () => {
      const cluster = unique('c');
      const row = await c.a.ledger.claim(claim(cluster, 'alice', 'oid-1'), [audit('ledger.creating', cluster)]);
      assert.deepEqual([row.state, row.attempted], ['creating', false]);
      await c.a.ledger.release(row, [audit('ledger.released', cluster)]);
      assert.deepEqual(await c.a.ledger.rows(cluster), []);
      const again = await c.a.ledger.claim(claim(cluster, 'alice', 'oid-1'), []);
      await c.a.ledger.mark(again, 'attempted', []);
      assert.deepEqual(await c.b.ledger.rows(cluster), [{ ...again, attempted: true }]);
      await c.a.ledger.mark(again, 'created', [audit('ledger.created', cluster)]);
      assert.deepEqual(await c.b.ledger.rows(cluster), [{ ...again, attempted: true, state: 'created' }]);
      await assert.rejects(c.a.ledger.release(again, [audit('ledger.released', cluster)]), isFault('store_unavailable'));
      await assert.rejects(c.a.ledger.mark({ ...again, oid: 'oid-2' }, 'created', []), isFault('store_unavailable'));
      assert.deepEqual(
        (await c.on.audit(cluster)).map((l) => l.event),
        ['ledger.creating', 'ledger.released', 'ledger.created'],
      );
    });
  });

  describe('alerts', () => {
    const card = { title: ['at ', { at: new Date('2026-11-24T14:03:00.000Z'), style: 'time' as const }], blocks: [] };

    it('are sent once each by whoever comes first, dates and all', async () => {
      const key = unique('alert-');
      await times(5, (i) => (i % 2 ? c.a : c.b).alerts.raise({ key, requestId: null, card }));
      const seen: unknown[] = [];
      const sent = await times(6, (i) =>
        (i % 2 ? c.a : c.b).alerts.holdEach(async (alert) => void (alert.key === key && seen.push(alert))),
      );
      assert.equal(sent.reduce((x, y) => x + y, 0) >= 1, true);
      assert.deepEqual(seen, [{ key, requestId: null, card, attempts: 1, standsOn: [] }]);
      await c.a.alerts.raise({ key, requestId: null, card });
      assert.equal(await c.a.alerts.holdEach(() => assert.fail('sent already')), 0);
    });

    it('that can’t be sent do not hold up the others, and come again', async () => {
      const bad = unique('bad-');
      await c.a.alerts.raise({ key: bad, requestId: 'R1', card });
      await c.a.alerts.raise({ key: unique('good-'), requestId: null, card });
      const send = async (alert: { key: string }) => {
        if (alert.key === bad) throw new Fault('chat_unavailable', 'later', 'down');
      };
      assert.equal(await c.a.alerts.holdEach(send), 1);
      assert.equal(await c.a.alerts.holdEach(send), 0, 'not at once again');
      await sleep(1_200);
      assert.equal(await c.b.alerts.holdEach(async (alert) => assert.equal(alert.attempts, 2)), 1);
    });

    it('know on which platforms they stand when they come again', async () => {
      const key = unique('two-');
      await c.a.alerts.raise({ key, requestId: null, card });
      const half = async () => {
        await Promise.all([c.a.alerts.stands(key, 'slack'), c.b.alerts.stands(key, 'post')]);
        throw new Fault('chat_unavailable', 'later', 'the third is down');
      };
      assert.equal(await c.a.alerts.holdEach(half), 0);
      await sleep(1_200);
      assert.equal(
        await c.b.alerts.holdEach(async (alert) => assert.deepEqual([...alert.standsOn].sort(), ['post', 'slack'])),
        1,
      );
    });
  });

  it('answers probes, tells the time, and appends to the audit in order', async () => {
    await c.a.probe();
    assert.ok(Math.abs((await c.a.now()).getTime() - Date.now()) < 60_000);
    const about = unique('r-');
    await c.a.audit.append([audit('one', about), audit('two', about), audit('three', about)]);
    assert.deepEqual(
      (await c.on.audit(about)).map((l) => l.event),
      ['one', 'two', 'three'],
    );
  });
}
