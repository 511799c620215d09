import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { openDatabase } from '../../src/adapters/store/database.ts';
import { openStore, type OpenStore } from '../../src/adapters/store/store.ts';
import { Fault } from '../../src/core/errors.ts';
import type { World } from '../../src/core/ports.ts';
import type { Door } from '../../src/core/request/request.ts';
import { workInteraction } from '../../src/core/work/interaction.ts';
import { workRequest } from '../../src/core/work/request.ts';
import { sweep } from '../../src/core/work/sweep.ts';
import { startDatabases, type TestDatabases } from '../contracts/database.ts';
import { unique } from '../contracts/samples.ts';
import { Outside, platform, somePolicy, wordsOf, worldOf } from '../fakes/world.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const policy = somePolicy();
let databases: TestDatabases;
let reading: ReturnType<typeof openDatabase>;
let stores: OpenStore[];
let o: Outside;
let worlds: readonly World[];

before(async () => {
  databases = await startDatabases('faults');
});
after(() => databases.stop());
beforeEach(async () => {
  const url = await databases.create();
  reading = openDatabase(url, quiet);
  stores = [];
  for (const holder of ['one', 'two', 'three']) stores.push(await openStore({ url, log: quiet, holder, leaseSeconds: 1.5 }));
  await stores[0]?.migrate();
  o = new Outside();
  worlds = stores.map((store) => worldOf(store, o, policy));
});
const closeAll = async (): Promise<void> => {
  for (const store of stores) await store.close();
  await reading.close();
};

const world = (i = 0): World => worlds[i % worlds.length] as World;
const sleep = (ms: number): Promise<void> => new Promise((go) => setTimeout(go, ms));
const rows = (sql: string): Promise<readonly Record<string, unknown>[]> => reading.sql(sql) as Promise<Record<string, unknown>[]>;
/** What is put off is due now. */
const later = async (): Promise<void> => {
  await reading.sql("UPDATE requests SET due_at = now() WHERE due_at > now() AND due <> 'time_out'");
  await reading.sql('UPDATE interactions SET due_at = now() WHERE worked_at IS NULL');
  await reading.sql('UPDATE alerts SET due_at = now() WHERE sent_at IS NULL');
};

async function types(door: Door, text = 'request analytics'): Promise<string> {
  const { id } = await world().store.interactions.receive({ kind: 'command', key: unique('key-'), door, reply: 'r', text });
  return id;
}
/** Presses Approve, or sends the form that Deny opens. */
async function presses(door: Door, requestId: string, button: 'approve' | 'deny'): Promise<string> {
  const card = o.posted.find((m) => m.tag?.requestId === requestId && m.tag.kind === 'approval');
  assert.ok(card, 'the card is posted');
  const from = { key: unique('key-'), door, reply: 'r', about: requestId, place: card.place };
  const { id } = await world().store.interactions.receive(
    button === 'approve'
      ? { ...from, kind: 'press', button }
      : { ...from, kind: 'submit', form: 'deny', values: { reason: 'not now' } },
  );
  return id;
}
/** A pending request whose card stands. */
async function pending(door: Door): Promise<string> {
  await workInteraction(world(), await types(door));
  const [row] = await rows(`SELECT id FROM requests WHERE requester_oid = 'oid-${door.user}' AND state = 'pending'`);
  await workRequest(world(), String(row?.['id']));
  return String(row?.['id']);
}
const stateOf = async (id: string): Promise<unknown> =>
  (await rows(`SELECT state FROM requests WHERE id = '${id}'`))[0]?.['state'];
const saidTo = (user: string): string =>
  o.answered
    .filter((a) => a.to === user)
    .map((a) => wordsOf(a.card))
    .join('\n');

/** A fresh store and world for each, closed whatever happens. */
const tries = (name: string, run: () => Promise<void>): void =>
  void it(name, async () => {
    try {
      await run();
    } finally {
      await closeAll();
    }
  });

/** The same sequence for the same seed. */
function random(seed: number): () => number {
  let s = seed;
  return () => {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
    return s / 2 ** 32;
  };
}

describe('several workers, clicks, deadlines and faults in any order', () => {
  for (const seed of [1, 2, 3]) {
    tries(`deliver nothing that was not approved, and everything that was, once (seed ${seed})`, async () => {
      const next = random(seed);
      const approvers = [o.person('bob', true), o.person('carol', true)];
      const doors = Array.from({ length: 8 }, (_, i) => o.person(`p${i}`));
      const ids = await Promise.all(doors.map(pending));
      const faults = [
        () => new Fault('cluster_unavailable', 'later', 'down'),
        () => new Fault('cluster_outcome_unknown', 'unknown', 'lost'),
        () => new Fault('chat_unavailable', 'unknown', 'lost'),
        () => new Fault('directory_unavailable', 'later', 'down'),
        () => new TypeError('nobody expected this'),
      ];
      o.fail = async () => {
        if (next() < 0.3) await sleep(next() * 20);
        if (next() < 0.12) throw faults[Math.floor(next() * faults.length)]?.();
      };
      const acts: readonly ((id: string, i: number) => Promise<unknown>)[] = [
        async (id, i) => presses(approvers[i % 2] as Door, id, 'approve').then((click) => workInteraction(world(i), click)),
        async (id, i) => presses(approvers[i % 2] as Door, id, 'deny').then((click) => workInteraction(world(i), click)),
        async (id, i) => workRequest(world(i), id),
        async (id) =>
          next() < 0.3 ? reading.sql('UPDATE requests SET deadline = now(), version = version + 1 WHERE id = $1', [id]) : null,
        async (_, i) => sweep(world(i), 3),
        async () => later(),
      ];
      const worker = async (i: number): Promise<void> => {
        for (let n = 0; n < 25; n += 1) {
          const act = acts[Math.floor(next() * acts.length)];
          await act?.(ids[Math.floor(next() * ids.length)] as string, i).catch(() => undefined);
        }
      };
      await Promise.all([0, 1, 2, 3, 4, 5].map(worker));
      // Now everything answers again, but for a chat whose answers get lost.
      let lost = 0;
      o.fail = (what) => {
        if (what !== 'after chat.post' || lost >= 12 || next() < 0.5) return;
        lost += 1;
        throw new Fault('chat_unavailable', 'unknown', 'lost');
      };
      for (const [i, id] of ids.entries()) {
        if ((await stateOf(id)) === 'pending')
          await workInteraction(world(i), await presses(approvers[i % 2] as Door, id, 'approve'));
      }
      const left = () => rows("SELECT id FROM requests WHERE state IN ('pending', 'approved', 'revoking') OR due IS NOT NULL");
      for (let n = 0; n < 60 && (await left()).length > 0; n += 1) {
        await later();
        await reading.sql("UPDATE requests SET due_at = now() WHERE due = 'time_out' AND deadline <= now()");
        await sweep(world(n), 3);
        await sleep(100);
      }
      assert.deepEqual(await left(), []);
      const all = await rows(
        'SELECT r.id, r.state, r.sql_username, d.kind FROM requests r LEFT JOIN decisions d ON d.request_id = r.id',
      );
      for (const { id, state, sql_username: user, kind } of all) {
        const logins = o.posted.filter((m) => m.tag?.requestId === id && m.tag?.kind === 'outcome:granted').length;
        const holds = o.users.get(String(user))?.includes('analytics_reader') ?? false;
        assert.equal(logins, kind === 'approve' ? 1 : 0, `${id} ${state} ${kind}: ${logins} logins`);
        assert.equal(state, kind === 'approve' ? 'granted' : kind === 'deny' ? 'denied' : 'timed_out');
        assert.equal(holds, kind === 'approve', `${user} holds ${holds}`);
      }
    });
  }
});

describe('a step that throws what nobody expected', () => {
  tries('does not run hot, is not lost, and goes on once that is over', async () => {
    const bob = o.person('bob', true);
    const id = await pending(o.person('alice'));
    let reads = 0;
    o.fail = (what) => {
      if (what !== 'cluster.read') return;
      reads += 1;
      throw new TypeError("Cannot read properties of undefined (reading 'name')");
    };
    await workInteraction(world(), await presses(bob, id, 'approve'));
    const end = Date.now() + 3_500;
    while (Date.now() < end) await Promise.all([sweep(world(0), 2), sweep(world(1), 2), sleep(50)]);
    assert.ok(reads >= 2 && reads <= 4, `${reads} tries in 3.5 s`);
    assert.equal(await stateOf(id), 'approved');
    o.fail = () => undefined;
    await later();
    await sweep(world(2), 2);
    assert.equal(await stateOf(id), 'granted');
  });

  tries('in a card that can not be drawn does not keep the work itself waiting', async () => {
    const bob = o.person('bob', true);
    const id = await pending(o.person('alice'));
    await workInteraction(world(), await presses(bob, id, 'approve'));
    o.fail = (what) => {
      if (what === 'chat.update') throw new RangeError('no such block');
    };
    await workRequest(world(), id);
    assert.equal(await stateOf(id), 'granted');
  });
});

describe('an interaction that always fails', () => {
  const failures: readonly [string, () => Error][] = [
    ['in a way that nobody expected', () => new TypeError('undefined is not a function')],
    ['because the platform says no', () => new Fault('chat_refused', 'never', 'missing_scope')],
  ];
  for (const [how, failure] of failures) {
    tries(`${how} is tried a bounded number of times, and then the person is told`, async () => {
      let calls = 0;
      o.fail = (what) => {
        if (what !== 'chat.whoIs') return;
        calls += 1;
        throw failure();
      };
      await types(o.person('alice'));
      for (let n = 0; n < 12; n += 1) {
        await later();
        await sweep(world(n), 1);
      }
      assert.equal(calls, 6);
      assert.match(saidTo('alice'), /Something went wrong on my side.*was not done/);
      assert.equal(o.answered.length, 1);
      assert.deepEqual(await rows('SELECT id FROM requests'), []);
    });
  }

  tries('because of an outage is kept for as long as that lasts', async () => {
    o.person('bob', true);
    o.fail = (what) => {
      if (what === 'chat.whoIs') throw new Fault('chat_unavailable', 'later', 'down');
    };
    await types(o.person('alice'));
    for (let n = 0; n < 12; n += 1) {
      await later();
      await sweep(world(n), 1);
    }
    assert.deepEqual(o.answered, []);
    o.fail = () => undefined;
    await later();
    await sweep(world(), 1);
    assert.equal((await rows("SELECT id FROM requests WHERE state = 'pending'")).length, 1);
  });
});

describe('what only an admin can mend', () => {
  tries('is said to the admins once, to the requester once, and goes on when it is mended', async () => {
    const bob = o.person('bob', true);
    const id = await pending(o.person('alice'));
    o.fail = (what) => {
      if (what === 'cluster.create_user') throw new Fault('cluster_refused', 'never', 'the bot needs CREATEROLE');
    };
    await workInteraction(world(), await presses(bob, id, 'approve'));
    for (let n = 0; n < 4; n += 1) {
      await later();
      await sweep(world(n), 2);
    }
    const alerts = o.posted.filter((m) => m.to === policy.admins.channels[platform]);
    assert.equal(alerts.length, 1);
    assert.match(wordsOf(alerts[0]?.card ?? { title: [], blocks: [] }), /needs CREATEROLE/);
    assert.equal(saidTo('alice').match(/not ready yet/g)?.length, 1);
    o.fail = () => undefined;
    await later();
    await sweep(world(), 2);
    assert.equal(await stateOf(id), 'granted');
  });

  tries('a CREATE USER that was refused outright makes no later user of that name the requester’s', async () => {
    const bob = o.person('bob', true);
    const id = await pending(o.person('alice'));
    o.fail = (what) => {
      if (what === 'cluster.create_user') throw new Fault('cluster_refused', 'never', 'the bot needs CREATEROLE');
    };
    await workInteraction(world(), await presses(bob, id, 'approve'));
    await workRequest(world(), id);
    assert.deepEqual(await rows('SELECT * FROM ledger'), []);
    o.users.set('alice', []);
    o.fail = () => undefined;
    await later();
    await workRequest(world(), id);
    assert.equal(await stateOf(id), 'revoked');
    assert.deepEqual(o.users.get('alice'), []);
  });

  tries('approvers who can not be asked before the deadline do not keep the request open for ever', async () => {
    o.person('bob', true);
    o.fail = (what) => {
      if (what === 'chat.post') throw new Fault('chat_refused', 'never', 'not_in_channel');
    };
    await workInteraction(world(), await types(o.person('alice')));
    const [row] = await rows('SELECT id FROM requests');
    const id = String(row?.['id']);
    await workRequest(world(), id);
    assert.equal(await stateOf(id), 'pending');
    await reading.sql('UPDATE requests SET deadline = now(), due_at = now(), version = version + 1');
    o.fail = () => undefined;
    await workRequest(world(), id);
    assert.equal(await stateOf(id), 'timed_out');
    assert.equal(o.posted.filter((m) => m.tag?.kind === 'approval').length, 0);
    assert.equal(o.posted.filter((m) => m.tag?.kind === 'outcome:timed_out').length, 1);
  });
});
