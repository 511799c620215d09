import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openDatabase, type Database } from '../../src/adapters/store/database.ts';
import { openStore, type OpenStore } from '../../src/adapters/store/store.ts';
import { Fault } from '../../src/core/errors.ts';
import { startDatabases, type TestDatabases } from '../contracts/database.ts';
import { audit, command, newRequest, unique } from '../contracts/samples.ts';
import { layWire, type Wire } from '../contracts/wire.ts';

const sleep = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));
const later = (e: unknown) => e instanceof Fault && e.code === 'store_unavailable' && e.retry === 'later';

describe('a store that does not answer', () => {
  let databases: TestDatabases;
  let wire: Wire;
  let store: OpenStore;
  let straight: Database;
  const said: string[] = [];
  const note = (facts: object, message: string) => void said.push(`${message} ${JSON.stringify(facts)}`);
  const log = { info: () => undefined, warn: note, error: note };

  before(async () => {
    databases = await startDatabases('faults');
    const url = new URL(await databases.create());
    straight = openDatabase(url.href, log);
    wire = await layWire(Number(url.port));
    url.port = String(wire.port);
    store = await openStore({ url: url.href, log, holder: 'h', leaseSeconds: 5 });
    await store.migrate();
  });
  after(async () => {
    await store?.close();
    await wire?.close();
    await straight?.close();
    await databases?.stop();
  });

  const failsWithin = async (millis: number, operation: () => Promise<unknown>) => {
    const started = performance.now();
    await assert.rejects(operation(), later);
    assert.ok(performance.now() - started < millis, `within ${millis} ms, not ${Math.round(performance.now() - started)} ms`);
  };

  it('is said as a Fault while it is down, by every method, and works again after', async () => {
    const { request } = await store.requests.create(newRequest(), unique('i-'), []);
    wire.set('down');
    const methods: readonly (() => Promise<unknown>)[] = [
      () => store.requests.create(newRequest(), unique('i-'), []),
      () => store.requests.get(request.id),
      () => store.requests.save(request, { audit: [] }),
      () => store.requests.hold(request.id, async () => undefined),
      () => store.requests.dueNow(1),
      () => store.requests.stalePosted(1),
      () => store.interactions.receive(command()),
      () => store.interactions.unworked(1),
      () => store.bindings.bind({ platform: 'p', team: 't', user: 'u' }, 'oid'),
      () => store.ledger.rows('c'),
      () => store.leases.with('l', 0, async () => undefined),
      () => store.alerts.holdEach(async () => undefined),
      () => store.audit.append([audit('x')]),
      () => store.now(),
      () => store.probe(),
    ];
    for (const method of methods) await failsWithin(2_500, method);
    wire.set('up');
    assert.deepEqual(await store.requests.get(request.id), request);
  });

  it('is said in time for the acknowledgement when the network swallows everything', async () => {
    await store.probe();
    wire.set('hang');
    await Promise.all([failsWithin(2_800, () => store.interactions.receive(command())), failsWithin(2_300, () => store.probe())]);
    wire.set('up');
    await store.interactions.receive(command());
  });

  it('survives a restart of PostgreSQL under work that is held', async () => {
    const { request } = await store.requests.create(newRequest(), unique('i-'), []);
    await store.requests.hold(request.id, async (held) => {
      await databases.restart();
      assert.ok(
        await store.requests
          .save({ ...held, due: null }, { audit: [] })
          .catch(() => store.requests.save({ ...held, due: null }, { audit: [] })),
      );
    });
    assert.equal((await store.requests.get(request.id))?.due, null);
  });

  it('never shows its password', async () => {
    const wrong = await openStore({ url: 'postgresql://me:hush-hush@127.0.0.1:1/x', log, holder: 'h', leaseSeconds: 5 });
    const error = await wrong.migrate().then(
      () => null,
      (e: Fault) => e,
    );
    await wrong.close();
    assert.ok(error instanceof Fault);
    assert.doesNotMatch(`${error.message} ${error.stack} ${String(error.cause)} ${said.join()}`, /hush/);
  });

  describe('and one whose rows are broken', () => {
    const breaks = async (id: string, set: string, says: RegExp) => {
      await straight.sql(`UPDATE requests SET ${set} WHERE id = $1`, [id]);
      await assert.rejects(store.requests.get(id), (e) => e instanceof Fault && e.retry === 'never' && says.test(e.message));
    };

    it('names the table, the row and the column', async () => {
      const broken: readonly (readonly [string, RegExp])[] = [
        [`state = 'lost'`, /requests \w+, state$/],
        [`due = 'dance'`, /requests \w+, due$/],
        [`sql_roles = '[1]'`, /requests \w+, sql_roles$/],
        [`findings = '{}'`, /requests \w+, findings$/],
        [`findings = '[{"rule": "r", "ok": "yes", "says": "s"}]'`, /requests \w+\.findings, ok$/],
        [`decision = '{"kind": "approve", "by": {"oid": "o"}, "at": "x"}'`, /requests \w+\.decision\.by, upn$/],
        [`waiting = '{"code": "c", "says": "s", "since": "soon"}'`, /requests \w+\.waiting, since$/],
        [`version = 9007199254740993`, /requests \w+, version$/],
        [`deadline = 'infinity'`, /requests \w+, deadline$/],
      ];
      for (const [set, says] of broken)
        await breaks((await store.requests.create(newRequest(), unique('i-'), [])).request.id, set, says);
    });

    it('puts such work off instead of failing at it all the time', async () => {
      const { request } = await store.requests.create(newRequest(), unique('i-'), []);
      await straight.sql(`UPDATE requests SET sql_roles = '7' WHERE id = $1`, [request.id]);
      await assert.rejects(
        store.requests.hold(request.id, () => assert.fail('never begun')),
        /sql_roles/,
      );
      assert.ok(!(await store.requests.dueNow(1_000)).includes(request.id));
      const { id } = await store.interactions.receive(command());
      await straight.sql(`UPDATE interactions SET body = '{"kind": "wave"}' WHERE id = $1`, [id]);
      await assert.rejects(
        store.interactions.hold(id, () => assert.fail('never begun')),
        /interactions \S+\.body, kind/,
      );
      assert.ok(!(await store.interactions.unworked(1_000)).includes(id));
      await sleep(1_200);
      assert.ok((await store.interactions.unworked(1_000)).includes(id));
    });
  });
});
