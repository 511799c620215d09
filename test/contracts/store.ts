/** What every store does, whatever it stands on. Real concurrency: several stores, several connections, killed processes. */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Fault } from '../../src/core/errors.ts';
import type { AuditEntry, Store } from '../../src/core/ports.ts';
import type { AccessRequest } from '../../src/core/request/request.ts';
import { approved, audit, command, decision, inAnHour, longAgo, newRequest, press, unique } from './samples.ts';

/** Where stores for the suite come from. All stores that it opens stand on the same data, which starts empty. */
export interface StoreGround {
  open(holder: string, leaseSeconds: number): Promise<Store & { close(): Promise<void> }>;
  /** Address of the data, for a child process that opens it by itself. */
  readonly url: string;
  /** The audit of a request as it is stored, oldest first. */
  audit(requestId: string): Promise<readonly Pick<AuditEntry, 'event' | 'actor' | 'details'>[]>;
  close(): Promise<void>;
}

const leaseSeconds = 1.5;
const sleep = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));
const times = <T>(n: number, make: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: n }, (_, i) => make(i)));
const isFault = (code: Fault['code']) => (error: unknown) => error instanceof Fault && error.code === code;

/** Runs the contract. */
export function storeContract(name: string, ground: () => Promise<StoreGround>): void {
  describe(`the contract of a store: ${name}`, () => {
    let on: StoreGround;
    let a: Awaited<ReturnType<StoreGround['open']>>;
    let b: Awaited<ReturnType<StoreGround['open']>>;

    before(async () => {
      on = await ground();
      a = await on.open('worker-a', leaseSeconds);
      b = await on.open('worker-b', leaseSeconds);
    });
    after(async () => {
      await a?.close();
      await b?.close();
      await on?.close();
    });

    const opened = async (over: Parameters<typeof newRequest>[0] = {}): Promise<AccessRequest> =>
      (await a.requests.create(newRequest(over), unique('interaction-'), [])).request;

    const reread = async (id: string): Promise<AccessRequest> => {
      const request = await b.requests.get(id);
      assert.ok(request, 'the request is there');
      return request;
    };

    describe('requests', () => {
      it('come back as they were opened, from another store too', async () => {
        const wanted = newRequest();
        const { opened, request } = await a.requests.create(wanted, unique('i-'), [audit('request.submitted', wanted.id)]);
        assert.equal(opened, true);
        const more = { version: 1, attempts: 0, waiting: null, decision: null, grantedAt: null };
        assert.deepEqual(request, { ...wanted, ...more });
        assert.deepEqual(await reread(wanted.id), request);
        assert.equal(await a.requests.get('NOSUCH00'), null);
        assert.deepEqual(await on.audit(wanted.id), [{ event: 'request.submitted', actor: null, details: { n: 1 } }]);
      });

      it('are opened once for 50 people clicking at once: the same person, the same entitlement', async () => {
        const requester = { oid: unique('oid-'), upn: 'x@contoso.com', displayName: 'X' };
        const tries = await times(50, (i) => (i % 2 ? a : b).requests.create(newRequest({ requester }), unique('i-'), []));
        assert.equal(tries.filter((t) => t.opened).length, 1);
        assert.equal(new Set(tries.map((t) => t.request.id)).size, 1);
      });

      it('are opened once for an interaction that is worked twice', async () => {
        const interaction = unique('i-');
        const first = await a.requests.create(newRequest({ state: 'refused', due: 'tell' }), interaction, []);
        const second = await b.requests.create(newRequest(), interaction, []);
        assert.equal(second.opened, false);
        assert.deepEqual(second.request, first.request);
      });

      it('leave no audit of an opening that did not happen', async () => {
        const request = await opened();
        const again = newRequest({ requester: request.requester });
        await a.requests.create(again, unique('i-'), [audit('request.submitted', again.id)]);
        assert.deepEqual(await on.audit(again.id), []);
      });

      it('may be opened anew once the first is closed', async () => {
        const request = await opened();
        assert.ok(await a.requests.save({ ...request, state: 'denied', due: 'tell' }, { audit: [] }));
        const second = await a.requests.create(newRequest({ requester: request.requester }), unique('i-'), []);
        assert.equal(second.opened, true);
      });

      it('keep a text with characters that a database refuses', async () => {
        const request = await opened({ reason: 'nul \u0000 and half a pair \uD83D.' });
        assert.equal(request.reason, 'nul \uFFFD and half a pair \uFFFD.');
        const waiting = { code: 'x', says: '\u0000\uDE00', since: longAgo };
        const saved = await a.requests.save({ ...request, waiting }, { audit: [] });
        assert.equal(saved?.waiting?.says, '\uFFFD\uFFFD');
      });

      it('are current while open, then when granted, the newest first', async () => {
        const requester = { oid: unique('oid-'), upn: 'x@contoso.com', displayName: 'X' };
        const old = await opened({ requester, state: 'approved', due: null });
        await a.requests.save({ ...old, state: 'granted', grantedAt: new Date('2026-11-01T00:00:00Z') }, { audit: [] });
        const next = await opened({ requester, state: 'approved', due: null });
        assert.equal((await b.requests.current(requester.oid, 'analytics'))?.id, next.id);
        await a.requests.save({ ...next, state: 'granted', grantedAt: new Date('2026-11-02T00:00:00Z') }, { audit: [] });
        assert.equal((await b.requests.current(requester.oid, 'analytics'))?.id, next.id);
        assert.deepEqual(
          (await b.requests.grantedTo(requester.oid, 'prod')).map((r) => r.id),
          [old.id, next.id],
        );
        assert.deepEqual(await b.requests.grantedTo(requester.oid, 'elsewhere'), []);
        assert.equal(await b.requests.current(requester.oid, 'billing'), null);
      });
    });

    describe('saving', () => {
      it('lets one of 200 at once win, with one decision and one audit line', async () => {
        const request = await opened();
        const beside = { decision: { ...decision(), interactionId: 'i-1' }, audit: [audit('request.approve', request.id)] };
        const saves = await times(200, (i) => (i % 2 ? a : b).requests.save(approved(request), beside));
        assert.equal(saves.filter((s) => s !== null).length, 1);
        const now = await reread(request.id);
        assert.equal(now.version, request.version + 1);
        assert.deepEqual(now.decision, decision());
        assert.equal((await on.audit(request.id)).length, 1);
      });

      it('keeps every field that changes', async () => {
        const request = await opened();
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
        const saved = await a.requests.save(changed, { audit: [] });
        assert.deepEqual(saved, { ...changed, version: request.version + 1 });
        assert.deepEqual(await reread(request.id), saved);
      });

      it('does nothing with an older version, nor leaves anything beside it', async () => {
        const request = await opened();
        await a.requests.save(request, { audit: [] });
        const place = { platform: 'chat', channel: 'C', message: unique('m') };
        const beside = { audit: [audit('x', request.id)], posted: { place, kind: 'approval', shows: 1 } as const };
        assert.equal(await b.requests.save(approved(request), beside), null);
        assert.equal((await reread(request.id)).state, 'pending');
        assert.deepEqual(await on.audit(request.id), []);
        assert.deepEqual(await a.requests.posted(request.id), []);
      });

      it('keeps a second decision out, whatever state the request is in', async () => {
        const request = await opened();
        const first = await a.requests.save(approved(request), { audit: [], decision: { ...decision(), interactionId: 'i-1' } });
        assert.ok(first);
        assert.equal(await b.requests.save(first, { audit: [], decision: { ...decision('deny'), interactionId: 'i-2' } }), null);
        assert.equal((await reread(request.id)).version, first.version);
      });

      it('watches the deadline by the clock of the store, not by ours', async () => {
        const late = await opened({ deadline: new Date((await a.now()).getTime() - 1) });
        assert.equal(await a.requests.save(approved(late), { audit: [] }, { beforeDeadline: true }), null);
        assert.ok(await a.requests.save({ ...late, state: 'timed_out', due: 'tell' }, { audit: [] }));
        const soon = await opened({ deadline: new Date((await a.now()).getTime() + 400) });
        await sleep(500);
        assert.equal(await a.requests.save(approved(soon), { audit: [] }, { beforeDeadline: true }), null);
        const timely = await opened({ deadline: new Date((await a.now()).getTime() + 60_000) });
        assert.ok(await a.requests.save(approved(timely), { audit: [] }, { beforeDeadline: true }));
      });
    });

    describe('holding due work', () => {
      it('lets one of 40 workers in two processes do it', async () => {
        const request = await opened();
        const seen: AccessRequest[] = [];
        const held = await times(40, (i) =>
          (i % 2 ? a : b).requests.hold(request.id, async (r) => {
            seen.push(r);
            await sleep(100);
            assert.ok(await a.requests.save({ ...r, due: null }, { audit: [] }));
          }),
        );
        assert.equal(held.filter(Boolean).length, 1);
        assert.equal(seen.length, 1);
        assert.equal(seen[0]?.attempts, 1);
      });

      it('does nothing while nothing is due', async () => {
        const later = await opened({ dueAt: inAnHour() });
        const none = await opened({ due: null });
        const never = () => assert.fail('nothing was due');
        assert.equal(await a.requests.hold(later.id, never), false);
        assert.equal(await a.requests.hold(none.id, never), false);
        assert.equal(await a.requests.hold('NOSUCH00', never), false);
      });

      it('is renewed for as long as the work takes', async () => {
        const request = await opened();
        const long = a.requests.hold(request.id, async (r) => {
          await sleep(leaseSeconds * 1000 * 2.2);
          assert.ok(await a.requests.save({ ...r, due: null }, { audit: [] }), 'still ours after more than two lives of a lease');
        });
        await sleep(leaseSeconds * 1000 * 1.5);
        assert.equal(await b.requests.hold(request.id, () => assert.fail('somebody else has it')), false);
        assert.ok(!(await b.requests.dueNow(1000)).includes(request.id));
        assert.equal(await long, true);
      });

      it('lets what the work throws through, after letting go; the work comes again, a little later', async () => {
        const request = await opened();
        await assert.rejects(
          a.requests.hold(request.id, async () => {
            throw new Fault('directory_unavailable', 'later', 'no answer');
          }),
          isFault('directory_unavailable'),
        );
        assert.ok(!(await b.requests.dueNow(1000)).includes(request.id));
        await sleep(1_200);
        assert.ok((await b.requests.dueNow(1000)).includes(request.id));
        assert.equal(await b.requests.hold(request.id, async (r) => assert.equal(r.attempts, 2)), true);
      });

      it('counts attempts until the work is another', async () => {
        const request = await opened();
        await a.requests.hold(request.id, async (r) => {
          const saved = await a.requests.save(
            { ...r, dueAt: longAgo, waiting: { code: 'x', says: 'x', since: longAgo } },
            { audit: [] },
          );
          assert.equal(saved?.attempts, 1, 'the same work, later: counted on');
        });
        await a.requests.hold(request.id, async (r) => {
          assert.equal(r.attempts, 2);
          assert.equal((await a.requests.save(approved(r), { audit: [] }))?.attempts, 0, 'other work: from the start');
        });
      });

      it('gives the next work to others while the first worker is still finishing', async () => {
        const request = await opened();
        await a.requests.hold(request.id, async (r) => {
          assert.ok(await a.requests.save(approved(r), { audit: [] }));
          assert.equal(await b.requests.hold(request.id, async (next) => assert.equal(next.due, 'provision')), true);
        });
      });

      it('ends with the first worker only what was its own', async () => {
        const request = await opened();
        let release = (): void => undefined;
        let inside = Promise.resolve(false);
        await a.requests.hold(request.id, async (r) => {
          await a.requests.save(approved(r), { audit: [] });
          inside = b.requests.hold(request.id, () => new Promise((resolve) => (release = resolve)));
          await sleep(100);
        });
        assert.ok(!(await a.requests.dueNow(1000)).includes(request.id), 'the second worker still holds it');
        release();
        assert.equal(await inside, true);
      });

      it('makes the next save fail of a process that stood still while somebody else took over', async () => {
        const request = await opened();
        const interaction = await a.interactions.receive(command());
        const child = await holdingChild(on.url, request.id, interaction.id);
        child.kill('SIGSTOP');
        let held = false;
        for (const until = performance.now() + 8_000; !held && performance.now() < until; await sleep(100)) {
          held = await a.requests.hold(request.id, async (r) => assert.equal(r.attempts, 2));
        }
        assert.ok(held, 'taken over');
        child.kill('SIGCONT');
        child.kill('SIGUSR2');
        assert.equal(await nextLine(child), 'its save: null');
        child.kill('SIGKILL');
        await once(child, 'exit');
      });

      it('is taken over from a process that was killed, once its lease has expired', async () => {
        const request = await opened();
        const interaction = await a.interactions.receive(command());
        const child = await holdingChild(on.url, request.id, interaction.id);
        assert.equal(await a.requests.hold(request.id, () => assert.fail('the child holds it')), false);
        assert.equal(await a.interactions.hold(interaction.id, () => assert.fail('the child holds it')), false);
        child.kill('SIGKILL');
        await once(child, 'exit');
        const attempts: number[] = [];
        for (const until = performance.now() + 8_000; attempts.length < 2 && performance.now() < until; await sleep(100)) {
          await a.requests.hold(request.id, async (r) => void attempts.push(r.attempts));
          await a.interactions.hold(interaction.id, async (i) => void attempts.push(i.attempts));
        }
        assert.deepEqual(attempts, [2, 2]);
      });

      it('is listed when due, the oldest first', async () => {
        const second = await opened({ dueAt: new Date('2020-01-02T00:00:00Z') });
        const first = await opened({ dueAt: new Date('2020-01-01T00:00:00Z') });
        assert.deepEqual(await a.requests.dueNow(2), [first.id, second.id]);
      });
    });

    describe('posted cards', () => {
      const card = (shows: number, kind: 'approval' | 'outcome' = 'approval') =>
        ({ place: { platform: 'chat', channel: 'C1', message: unique('m') }, kind, shows }) as const;

      it('are stale when people could see a change since, and only then', async () => {
        const request = await opened();
        const stale = async () => (await a.requests.stalePosted(1000)).filter((s) => s.requestId === request.id);
        let posted = card(0);
        await a.requests.hold(request.id, async (r) => {
          posted = card(r.version);
          await a.requests.save({ ...r, due: 'time_out', dueAt: inAnHour() }, { audit: [], posted });
        });
        assert.deepEqual(await a.requests.posted(request.id), [posted]);
        assert.deepEqual(await stale(), [], 'work was done, nothing to see');
        const now = await reread(request.id);
        const saved = await a.requests.save(approved(now), { audit: [] });
        assert.ok(saved);
        assert.deepEqual(await stale(), [{ requestId: request.id, card: posted }]);
        await b.requests.showed(request.id, { ...posted, shows: saved.version });
        assert.deepEqual(await stale(), []);
        await b.requests.showed(request.id, { ...posted, shows: 1 });
        assert.deepEqual(await stale(), [], 'a slower update does not take it back');
        const waiting = { code: 'cluster_busy', says: 'waits', since: longAgo };
        await a.requests.save({ ...saved, waiting }, { audit: [] });
        assert.equal((await stale()).length, 1, 'what it waits for is seen');
      });

      it('are kept even when the save that should have kept them came too late', async () => {
        const request = await opened();
        const outcome = card(1, 'outcome');
        await a.requests.showed(request.id, outcome);
        assert.deepEqual(await b.requests.posted(request.id), [outcome]);
      });
    });

    describe('interactions', () => {
      it('are received once however often they are delivered', async () => {
        const wanted = command();
        const got = await times(20, (i) => (i % 2 ? a : b).interactions.receive(wanted));
        assert.equal(got.filter((g) => !g.repeat).length, 1);
        assert.equal(new Set(got.map((g) => g.id)).size, 1);
        const other = await a.interactions.receive({ ...wanted, door: { ...wanted.door, platform: 'another' } });
        assert.equal(other.repeat, false, 'keys are the platform’s own');
      });

      it('are worked once, and come back as they were received', async () => {
        for (const wanted of [command({ text: 'nul \u0000' }), press()]) {
          const { id } = await a.interactions.receive(wanted);
          assert.ok((await b.interactions.unworked(1000)).includes(id));
          const seen: unknown[] = [];
          const held = await times(10, (i) => (i % 2 ? a : b).interactions.hold(id, async (x) => void seen.push(x)));
          assert.equal(held.filter(Boolean).length, 1);
          const { receivedAt, ...rest } = seen[0] as { receivedAt: Date };
          assert.ok(receivedAt instanceof Date);
          const expected = wanted.kind === 'command' ? { ...wanted, text: 'nul \uFFFD' } : wanted;
          assert.deepEqual(rest, { ...expected, id, attempts: 1 });
          assert.ok(!(await b.interactions.unworked(1000)).includes(id));
          assert.equal(await b.interactions.hold(id, () => assert.fail('worked already')), false);
        }
      });

      it('come again, a little later, when working them failed', async () => {
        const { id } = await a.interactions.receive(command());
        await assert.rejects(
          a.interactions.hold(id, async () => {
            throw new Error('no answer');
          }),
          /no answer/,
        );
        assert.equal(await b.interactions.hold(id, () => assert.fail('not yet')), false);
        await sleep(1_200);
        assert.ok((await b.interactions.unworked(1000)).includes(id));
        assert.equal(await b.interactions.hold(id, async (x) => assert.equal(x.attempts, 2)), true);
      });
    });

    describe('bindings', () => {
      it('keep the first person of a door, whoever asks at once', async () => {
        const door = { platform: 'chat', team: 'T1', user: unique('U') };
        const kept = await times(20, (i) => (i % 2 ? a : b).bindings.bind(door, `oid-${i}`));
        assert.equal(new Set(kept.map((k) => k.oid)).size, 1);
        assert.equal((await a.bindings.bind(door, 'another')).oid, kept[0]?.oid);
        assert.equal((await a.bindings.bind({ ...door, team: 'T2' }, 'another')).oid, 'another');
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
        const rows = await times(30, (i) => (i % 2 ? a : b).ledger.claim(claim(cluster, 'alice', `oid-${i}`), []));
        assert.equal(new Set(rows.map((r) => r.oid)).size, 1);
        assert.equal((await a.ledger.rows(cluster)).length, 1);
      });

      it('shows a person the name they have, when they claim a second one', async () => {
        const cluster = unique('c');
        await a.ledger.claim(claim(cluster, 'alice', 'oid-1'), []);
        const second = await a.ledger.claim(claim(cluster, 'alice.new', 'oid-1'), []);
        assert.deepEqual([second.sqlUsername, second.oid], ['alice', 'oid-1']);
        await a.ledger.claim(claim(cluster, 'bob', 'oid-2'), []);
        assert.equal((await a.ledger.claim(claim(cluster, 'bob', 'oid-1'), [])).oid, 'oid-2', 'whose the name is comes first');
        assert.equal((await a.ledger.claim(claim(unique('c'), 'alice', 'oid-1'), [])).state, 'creating', 'clusters are apart');
      });

      it('goes from creating to created, and is taken back only before', async () => {
        const cluster = unique('c');
        const row = await a.ledger.claim(claim(cluster, 'alice', 'oid-1'), [audit('ledger.creating', cluster)]);
        assert.deepEqual([row.state, row.attempted], ['creating', false]);
        await a.ledger.release(row, [audit('ledger.released', cluster)]);
        assert.deepEqual(await a.ledger.rows(cluster), []);
        const again = await a.ledger.claim(claim(cluster, 'alice', 'oid-1'), []);
        await a.ledger.mark(again, 'attempted', []);
        assert.deepEqual(await b.ledger.rows(cluster), [{ ...again, attempted: true }]);
        await a.ledger.mark(again, 'created', [audit('ledger.created', cluster)]);
        assert.deepEqual(await b.ledger.rows(cluster), [{ ...again, attempted: true, state: 'created' }]);
        await assert.rejects(a.ledger.release(again, [audit('ledger.released', cluster)]), isFault('store_unavailable'));
        await assert.rejects(a.ledger.mark({ ...again, oid: 'oid-2' }, 'created', []), isFault('store_unavailable'));
        assert.deepEqual(
          (await on.audit(cluster)).map((l) => l.event),
          ['ledger.creating', 'ledger.released', 'ledger.created'],
        );
      });
    });

    describe('leases', () => {
      it('let one in at a time', async () => {
        const name = unique('lease-');
        let inside = 0;
        let most = 0;
        await times(12, (i) =>
          (i % 2 ? a : b).leases.with(name, 20, async (stillHeld) => {
            most = Math.max(most, ++inside);
            await sleep(20);
            await stillHeld();
            inside--;
          }),
        );
        assert.equal(most, 1);
      });

      it('say so when somebody else does not let go', async () => {
        const name = unique('lease-');
        await a.leases.with(name, 0, async () => {
          await assert.rejects(
            b.leases.with(name, 0.3, () => Promise.reject(new Error('came in'))),
            isFault('not_yet'),
          );
        });
        assert.equal(await b.leases.with(name, 0, async () => 'in'), 'in');
      });

      it('outlast their life while the work runs, and are said to be lost when they are', async () => {
        const name = unique('lease-');
        await a.leases.with(name, 0, async (stillHeld) => {
          await sleep(leaseSeconds * 1000 * 1.5);
          await stillHeld();
        });
        const slow = await on.open('worker-slow', 0.2);
        await slow.leases.with(name, 0, async (stillHeld) => {
          const wakeAt = performance.now() + 400;
          while (performance.now() < wakeAt);
          await b.leases.with(name, 5, async () => {
            await assert.rejects(stillHeld(), isFault('not_yet'));
          });
        });
        await slow.close();
      });

      it('end with what the work throws', async () => {
        const name = unique('lease-');
        await assert.rejects(
          a.leases.with(name, 0, async () => {
            throw new Error('inside');
          }),
          /inside/,
        );
        await b.leases.with(name, 0, async () => undefined);
      });
    });

    describe('alerts', () => {
      const card = { title: ['at ', { at: new Date('2026-11-24T14:03:00.000Z'), style: 'time' as const }], blocks: [] };

      it('are sent once each by whoever comes first, dates and all', async () => {
        const key = unique('alert-');
        await times(5, (i) => (i % 2 ? a : b).alerts.raise({ key, requestId: null, card }));
        const seen: unknown[] = [];
        const sent = await times(6, (i) =>
          (i % 2 ? a : b).alerts.holdEach(async (alert) => void (alert.key === key && seen.push(alert))),
        );
        assert.equal(sent.reduce((x, y) => x + y, 0) >= 1, true);
        assert.deepEqual(seen, [{ key, requestId: null, card, attempts: 1 }]);
        await a.alerts.raise({ key, requestId: null, card });
        assert.equal(await a.alerts.holdEach(() => assert.fail('sent already')), 0);
      });

      it('that can’t be sent do not hold up the others, and come again', async () => {
        const bad = unique('bad-');
        await a.alerts.raise({ key: bad, requestId: 'R1', card });
        await a.alerts.raise({ key: unique('good-'), requestId: null, card });
        const send = async (alert: { key: string }) => {
          if (alert.key === bad) throw new Fault('chat_unavailable', 'later', 'down');
        };
        assert.equal(await a.alerts.holdEach(send), 1);
        assert.equal(await a.alerts.holdEach(send), 0, 'not at once again');
        await sleep(1_200);
        assert.equal(await b.alerts.holdEach(async (alert) => assert.equal(alert.attempts, 2)), 1);
      });
    });

    it('answers probes, tells the time, and appends to the audit in order', async () => {
      await a.probe();
      assert.ok(Math.abs((await a.now()).getTime() - Date.now()) < 60_000);
      const about = unique('r-');
      await a.audit.append([audit('one', about), audit('two', about), audit('three', about)]);
      assert.deepEqual(
        (await on.audit(about)).map((l) => l.event),
        ['one', 'two', 'three'],
      );
    });
  });
}

/** A process that holds a request and an interaction and never lets go. */
async function holdingChild(url: string, requestId: string, interactionId: string): Promise<ChildProcess> {
  const program = fileURLToPath(new URL('./hold-and-hang.ts', import.meta.url));
  const env = {
    ...process.env,
    HOLD_URL: url,
    HOLD_REQUEST: requestId,
    HOLD_INTERACTION: interactionId,
    HOLD_SECONDS: String(leaseSeconds),
  };
  const child = spawn(process.execPath, ['--import', 'tsx', program], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  assert.equal(await nextLine(child), 'holds both');
  return child;
}

/** The next line that a child says. */
async function nextLine(child: ChildProcess): Promise<string> {
  const [chunk] = await Promise.race([
    once(child.stdout as NodeJS.ReadableStream, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error('the child ended'))),
  ]);
  return String(chunk).trim();
}
