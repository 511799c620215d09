/** The part of the store contract about requests and the cards that show them. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AccessRequest } from '../../src/core/request/request.ts';
import { approved, audit, decision, inAnHour, longAgo, newRequest, unique } from './samples.ts';
import { type Stores, sleep, times } from './stores.ts';

/** Opening, saving, showing. */
export function requestsPart(c: Stores): void {
  describe('requests', () => {
    it('come back as they were opened, from another store too', async () => {
      const wanted = newRequest();
      const { opened, request } = await c.a.requests.create(wanted, unique('i-'), [audit('request.submitted', wanted.id)]);
      assert.equal(opened, true);
      const more = { version: 1, attempts: 0, waiting: null, decision: null, grantedAt: null };
      assert.deepEqual(request, { ...wanted, ...more });
      assert.deepEqual(await c.reread(wanted.id), request);
      assert.equal(await c.a.requests.get('NOSUCH00'), null);
      assert.deepEqual(await c.on.audit(wanted.id), [{ event: 'request.submitted', actor: null, details: { n: 1 } }]);
    });

    it('are opened once for 50 people clicking at once: the same person, the same entitlement', async () => {
      const requester = { oid: unique('oid-'), upn: 'x@contoso.com', displayName: 'X' };
      const tries = await times(50, (i) => (i % 2 ? c.a : c.b).requests.create(newRequest({ requester }), unique('i-'), []));
      assert.equal(tries.filter((t) => t.opened).length, 1);
      assert.equal(new Set(tries.map((t) => t.request.id)).size, 1);
    });

    it('are opened once for an interaction that is worked twice', async () => {
      const interaction = unique('i-');
      const first = await c.a.requests.create(newRequest({ state: 'refused', due: 'tell' }), interaction, []);
      const second = await c.b.requests.create(newRequest(), interaction, []);
      assert.equal(second.opened, false);
      assert.deepEqual(second.request, first.request);
    });

    it('leave no audit of an opening that did not happen', async () => {
      const request = await c.opened();
      const again = newRequest({ requester: request.requester });
      await c.a.requests.create(again, unique('i-'), [audit('request.submitted', again.id)]);
      assert.deepEqual(await c.on.audit(again.id), []);
    });

    it('may be opened anew once the first is closed', async () => {
      const request = await c.opened();
      assert.ok(await c.a.requests.save({ ...request, state: 'denied', due: 'tell' }, { audit: [] }));
      const second = await c.a.requests.create(newRequest({ requester: request.requester }), unique('i-'), []);
      assert.equal(second.opened, true);
    });

    it('keep a text with characters that a database refuses', async () => {
      const request = await c.opened({ reason: 'nul \u0000 and half a pair \uD83D.' });
      assert.equal(request.reason, 'nul \uFFFD and half a pair \uFFFD.');
      const waiting = { code: 'x', says: '\u0000\uDE00', since: longAgo };
      const saved = await c.a.requests.save({ ...request, waiting }, { audit: [] });
      assert.equal(saved?.waiting?.says, '\uFFFD\uFFFD');
    });

    it('are current while open, then when granted, the newest first', async () => {
      const requester = { oid: unique('oid-'), upn: 'x@contoso.com', displayName: 'X' };
      const old = await c.opened({ requester, state: 'approved', due: null });
      await c.a.requests.save({ ...old, state: 'granted', grantedAt: new Date('2026-11-01T00:00:00Z') }, { audit: [] });
      const next = await c.opened({ requester, state: 'approved', due: null });
      assert.equal((await c.b.requests.current(requester.oid, 'analytics'))?.id, next.id);
      await c.a.requests.save({ ...next, state: 'granted', grantedAt: new Date('2026-11-02T00:00:00Z') }, { audit: [] });
      assert.equal((await c.b.requests.current(requester.oid, 'analytics'))?.id, next.id);
      assert.deepEqual(
        (await c.b.requests.grantedTo(requester.oid, 'prod')).map((r) => r.id),
        [old.id, next.id],
      );
      assert.deepEqual(await c.b.requests.grantedTo(requester.oid, 'elsewhere'), []);
      assert.equal(await c.b.requests.current(requester.oid, 'billing'), null);
    });
  });

  describe('saving', () => {
    it('lets one of 200 at once win, with one decision and one audit line', async () => {
      const request = await c.opened();
      const beside = { decision: { ...decision(), interactionId: 'i-1' }, audit: [audit('request.approve', request.id)] };
      const saves = await times(200, (i) => (i % 2 ? c.a : c.b).requests.save(approved(request), beside));
      assert.equal(saves.filter((s) => s !== null).length, 1);
      const now = await c.reread(request.id);
      assert.equal(now.version, request.version + 1);
      assert.deepEqual(now.decision, decision());
      assert.equal((await c.on.audit(request.id)).length, 1);
    });

    it('keeps every field that changes', async () => {
      const request = await c.opened();
      const changed: AccessRequest = {
        ...approved(request),
        state: 'granted',
        requester: { ...request.requester, upn: 'alice.new@contoso.com', displayName: 'Alice New' },
        decision: { ...decision('deny'), reason: 'because' },
        grantedAt: new Date('2026-11-24T14:05:00.789Z'),
        waiting: { code: 'cluster_busy', says: 'waits for the cluster', since: new Date('2026-11-24T14:04:00Z') },
        due: 'deliver',
        dueAt: inAnHour(),
      };
      const saved = await c.a.requests.save(changed, { audit: [] });
      assert.deepEqual(saved, { ...changed, version: request.version + 1 });
      assert.deepEqual(await c.reread(request.id), saved);
    });

    it('does nothing with an older version, nor leaves anything beside it', async () => {
      const request = await c.opened();
      await c.a.requests.save(request, { audit: [] });
      const place = { platform: 'chat', channel: 'C', message: unique('m') };
      const beside = { audit: [audit('x', request.id)], posted: { place, kind: 'approval', shows: 1 } as const };
      assert.equal(await c.b.requests.save(approved(request), beside), null);
      assert.equal((await c.reread(request.id)).state, 'pending');
      assert.deepEqual(await c.on.audit(request.id), []);
      assert.deepEqual(await c.a.requests.posted(request.id), []);
    });

    it('keeps a second decision out, whatever state the request is in', async () => {
      const request = await c.opened();
      const first = await c.a.requests.save(approved(request), { audit: [], decision: { ...decision(), interactionId: 'i-1' } });
      assert.ok(first);
      assert.equal(await c.b.requests.save(first, { audit: [], decision: { ...decision('deny'), interactionId: 'i-2' } }), null);
      assert.equal((await c.reread(request.id)).version, first.version);
    });

    it('watches the deadline by the clock of the store, not by ours', async () => {
      const late = await c.opened({ deadline: new Date((await c.a.now()).getTime() - 1) });
      assert.equal(await c.a.requests.save(approved(late), { audit: [] }, { beforeDeadline: true }), null);
      assert.ok(await c.a.requests.save({ ...late, state: 'timed_out', due: 'tell' }, { audit: [] }));
      const soon = await c.opened({ deadline: new Date((await c.a.now()).getTime() + 400) });
      await sleep(500);
      assert.equal(await c.a.requests.save(approved(soon), { audit: [] }, { beforeDeadline: true }), null);
      const timely = await c.opened({ deadline: new Date((await c.a.now()).getTime() + 60_000) });
      assert.ok(await c.a.requests.save(approved(timely), { audit: [] }, { beforeDeadline: true }));
    });
  });

  describe('posted cards', () => {
    const card = (shows: number, kind: 'approval' | 'outcome' = 'approval') =>
      ({ place: { platform: 'chat', channel: 'C1', message: unique('m') }, kind, shows }) as const;

    it('are stale when people could see a change since, and only then', async () => {
      const request = await c.opened();
      const stale = async () => (await c.a.requests.stalePosted(1000)).filter((s) => s.requestId === request.id);
      let posted = card(0);
      await c.a.requests.hold(request.id, async (r) => {
        posted = card(r.version);
        await c.a.requests.save({ ...r, due: 'time_out', dueAt: inAnHour() }, { audit: [], posted });
      });
      assert.deepEqual(await c.a.requests.posted(request.id), [posted]);
      assert.deepEqual(await stale(), [], 'work was done, nothing to see');
      const waits = { code: 'chat_unavailable', says: 'waits', since: longAgo };
      for (const waiting of [waits, null]) {
        await c.a.requests.save({ ...(await c.reread(request.id)), waiting }, { audit: [] });
        assert.deepEqual(await stale(), [], 'a card that nobody has decided on says nothing of what is waited for');
      }
      const now = await c.reread(request.id);
      const saved = await c.a.requests.save(approved(now), { audit: [] });
      assert.ok(saved);
      assert.deepEqual(await stale(), [{ requestId: request.id, card: posted }]);
      await c.b.requests.showed(request.id, { ...posted, shows: saved.version });
      assert.deepEqual(await stale(), []);
      await c.b.requests.showed(request.id, { ...posted, shows: 1 });
      assert.deepEqual(await stale(), [], 'a slower update does not take it back');
      const waiting = { code: 'cluster_busy', says: 'waits', since: longAgo };
      await c.a.requests.save({ ...saved, waiting }, { audit: [] });
      assert.equal((await stale()).length, 1, 'what it waits for is seen');
    });

    it('are found by the sweep whichever of several is behind, and posted while the request moves on', async () => {
      const request = await c.opened();
      const [first, second] = [card(0), card(request.version)];
      const behind = async () =>
        (await c.a.requests.stalePosted(1000)).flatMap((s) => (s.requestId === request.id ? [s.card.place.message] : []));
      await Promise.all([c.a.requests.showed(request.id, second), c.b.requests.showed(request.id, first)]);
      assert.deepEqual(await behind(), [first.place.message], 'the other one shows everything');
      const [, saved] = await Promise.all([
        c.b.requests.showed(request.id, { ...first, shows: request.version }),
        c.a.requests.save(approved(request), { audit: [] }),
      ]);
      assert.ok(saved);
      assert.deepEqual((await behind()).sort(), [first.place.message, second.place.message].sort());
      await c.a.requests.showed(request.id, { ...first, shows: saved.version });
      assert.deepEqual(await behind(), [second.place.message]);
      await c.b.requests.showed(request.id, { ...second, shows: saved.version });
      assert.deepEqual(await behind(), []);
    });

    it('are kept even when the save that should have kept them came too late', async () => {
      const request = await c.opened();
      const outcome = card(1, 'outcome');
      await c.a.requests.showed(request.id, outcome);
      assert.deepEqual(await c.b.requests.posted(request.id), [outcome]);
    });
  });
}
