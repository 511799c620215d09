/** One core, two platforms that name people, places and channels each in its own way. */

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { openDatabase } from '../../src/adapters/store/database.ts';
import { openStore, type OpenStore } from '../../src/adapters/store/store.ts';
import { adoptable } from '../../src/core/adoption/adoptable.ts';
import { propose } from '../../src/core/adoption/propose.ts';
import { each, Fault } from '../../src/core/errors.ts';
import { plainText } from '../../src/core/messages/card.ts';
import type { World } from '../../src/core/ports.ts';
import type { ButtonId } from '../../src/core/request/buttons.ts';
import type { Door, Place } from '../../src/core/request/request.ts';
import { sendAlerts } from '../../src/core/work/alerts.ts';
import { workInteraction } from '../../src/core/work/interaction.ts';
import { presenter } from '../../src/core/work/present.ts';
import { workProposal } from '../../src/core/work/proposal.ts';
import { workRequest } from '../../src/core/work/request.ts';
import { startDatabases, type TestDatabases } from '../contracts/database.ts';
import { unique } from '../contracts/samples.ts';
import { Outside, somePolicy, wordsOf, worldOf } from '../fakes/world.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const policy = somePolicy();
const channels = policy.entitlements.get('analytics')?.approval?.channels ?? {};
const admins = policy.admins.channels;
const [one = '', other = ''] = Object.keys(channels);

let databases: TestDatabases;
let store: OpenStore;
let reading: ReturnType<typeof openDatabase>;
let o: Outside;
let world: World;
before(async () => {
  databases = await startDatabases('two');
});
after(() => databases?.stop());
beforeEach(async (t) => {
  const url = await databases.create();
  reading = openDatabase(url, quiet);
  store = await openStore({ url, log: quiet, holder: 'one', leaseSeconds: 1.5 });
  await store.migrate();
  o = new Outside();
  from = 0;
  world = worldOf(store, o, policy, [one, other]);
  for (const key of ['alice', 'bob', 'carol', 'grace', 'maeve']) o.person(key, ['bob', 'carol'].includes(key));
  for (const key of ['carol', 'grace']) o.admins.add(`oid-${key}`);
  const open = [store, reading];
  if ('after' in t) t.after(() => Promise.all(open.map((each) => each.close())));
});

/** The first platform knows people by names of its own, the other by their object ids. */
const at = (platform: string, key: string): Door => ({ platform, team: 'T1', user: platform === one ? key : `oid-${key}` });
const down = (platform: string, what = ''): void => {
  const calls = `${platform === one ? 'chat' : platform}.${what}`;
  o.fail = (call) => {
    if (call.startsWith(calls)) throw new Fault('chat_unavailable', 'later', `${platform} is down`);
  };
};
const up = async (): Promise<void> => {
  o.fail = () => undefined;
  await reading.sql("UPDATE requests SET due_at = now() WHERE due_at > now() AND due <> 'time_out'");
  await reading.sql('UPDATE alerts SET due_at = now() WHERE sent_at IS NULL');
  await reading.sql('UPDATE proposals SET due_at = now()');
  await reading.sql('UPDATE interactions SET due_at = now() WHERE worked_at IS NULL');
};
/** What was posted since. */
let from = 0;
const posted = () => o.posted.slice(from);
const cards = (kind: string, platform?: string) =>
  posted().filter((m) => m.tag?.kind === kind && (platform === undefined || m.place.platform === platform));
const placeOf = (kind: string, platform: string): Place => {
  const [card] = cards(kind, platform);
  assert.ok(card, `no ${kind} on ${platform}`);
  return card.place;
};
const shownAt = ({ channel, message }: Place): string => JSON.stringify(o.shown.get(`${channel}:${message}`));
const lastTo = ({ user }: Door): string => {
  const said = o.answered.filter((a) => a.to === user).at(-1);
  return said === undefined ? '' : plainText(said.card);
};

/** A request as somebody typed it, worked as far as it goes. */
async function asks(door: Door): Promise<string> {
  const { id } = await store.interactions.receive({
    kind: 'command',
    key: unique('k'),
    door,
    reply: 'r',
    text: 'request analytics',
  });
  await workInteraction(world, id);
  const [row] = await reading.sql("SELECT id FROM requests WHERE state = 'pending' ORDER BY submitted_at DESC LIMIT 1");
  const request = String(row?.['id']);
  await workRequest(world, request);
  return request;
}
async function presses(door: Door, button: ButtonId, about: string, place: Place): Promise<void> {
  const { id } = await store.interactions.receive({ kind: 'press', key: unique('k'), door, reply: 'r', button, about, place });
  await workInteraction(world, id);
  await workRequest(world, about);
}
async function proposed(): Promise<string> {
  o.users.set('app', ['reporting_reader']);
  const [p, cluster, person] = [policy.clusters.get('prod'), world.clusters.get('prod'), o.people.get('maeve')];
  assert.ok(p && cluster && person);
  const asked = { policy: p, cluster, sqlUsername: 'app', person };
  const { proposal } = await propose(world, asked, await adoptable(world, asked), 'somebody@laptop');
  await workProposal(world, proposal.id);
  return proposal.id;
}
const stateOf = async (id: string) => (await store.requests.get(id))?.state;

describe('a request', () => {
  it('is asked for in the channels of both platforms, decided in either, shown in both, and told where it was asked', async () => {
    for (const [asked, decided] of [
      [one, other],
      [other, one],
    ] as const) {
      from = o.posted.length;
      const requester = asked === one ? 'alice' : 'grace';
      const id = await asks(at(asked, requester));
      assert.deepEqual(
        cards('approval').map((m) => [m.place.platform, m.to]),
        Object.entries(channels),
      );
      await presses(at(decided, 'bob'), 'approve', id, placeOf('approval', decided));
      assert.equal(await stateOf(id), 'granted');
      for (const platform of [one, other]) assert.match(shownAt(placeOf('approval', platform)), /Approved by .*bob/);
      const outcomes = cards('outcome:granted');
      assert.deepEqual(
        outcomes.map((m) => [m.place.platform, m.to]),
        [[asked, `D${at(asked, requester).user}`]],
      );
    }
  });

  it('can not be approved by its requester through the other platform, and by nobody twice', async () => {
    const id = await asks(at(one, 'carol'));
    await presses(at(other, 'carol'), 'approve', id, placeOf('approval', other));
    assert.equal(await stateOf(id), 'pending');
    assert.match(lastTo(at(other, 'carol')), /own request/);
    await presses(at(other, 'bob'), 'approve', id, placeOf('approval', other));
    await presses(at(one, 'bob'), 'approve', id, placeOf('approval', one));
    assert.match(lastTo(at(one, 'bob')), /approved/i);
    const decisions = await reading.sql('SELECT * FROM decisions');
    assert.equal(decisions.length, 1);
  });

  it('does not count a click that carries the place of a card of the other platform which is not there', async () => {
    const id = await asks(at(one, 'alice'));
    const forged = { ...placeOf('approval', one), platform: other };
    await presses(at(other, 'bob'), 'approve', id, forged);
    assert.equal(await stateOf(id), 'pending');
    assert.match(lastTo(at(other, 'bob')), /another card/);
  });

  it('is asked for on one platform while the other is down, decided there, and never posted twice', async () => {
    for (const [away, there] of [
      [one, other],
      [other, one],
    ] as const) {
      from = o.posted.length;
      down(away, 'post');
      const id = await asks(at(there, away === one ? 'alice' : 'grace'));
      assert.deepEqual(
        cards('approval').map((m) => m.place.platform),
        [there],
      );
      const waits = lastTo(at(there, away === one ? 'alice' : 'grace'));
      assert.ok(waits.includes(`stands in ${there}, and can be decided there; ${away} is down`), waits);
      for (let again = 0; again < 3; again += 1) {
        await up();
        down(away, 'post');
        await workRequest(world, id);
      }
      assert.equal(cards('approval', there).length, 1);
      await up();
      await workRequest(world, id);
      assert.equal(cards('approval', there).length, 1);
      assert.equal(cards('approval', away).length, 1);
      const request = await store.requests.get(id);
      assert.deepEqual([request?.due, request?.waiting], ['time_out', null]);
      await presses(at(away, 'bob'), 'approve', id, placeOf('approval', away));
      assert.equal(await stateOf(id), 'granted');
    }
  });

  it('that was decided while the other platform was still down is posted nowhere any more', async () => {
    down(other, 'post');
    const id = await asks(at(one, 'alice'));
    await presses(at(one, 'bob'), 'approve', id, placeOf('approval', one));
    assert.equal(await stateOf(id), 'granted');
    await up();
    await workRequest(world, id);
    assert.equal(cards('approval', other).length, 0);
  });

  it('shows its decision on one platform while the other takes no change, and there as soon as it does', async () => {
    for (const away of [one, other]) {
      from = o.posted.length;
      const there = away === one ? other : one;
      const id = await asks(at(there, away === one ? 'alice' : 'grace'));
      down(away, 'update');
      await presses(at(there, 'bob'), 'approve', id, placeOf('approval', there));
      assert.match(shownAt(placeOf('approval', there)), /Approved by/);
      assert.doesNotMatch(shownAt(placeOf('approval', away)), /Approved by/);
      await up();
      await workRequest(world, id);
      assert.match(shownAt(placeOf('approval', away)), /Approved by/);
    }
  });
});

describe('a person', () => {
  it('whom a platform vouches for is asked of the directory by id, and is refused when it has nobody of that id', async () => {
    await asks(at(other, 'alice'));
    const { id } = await store.interactions.receive({
      kind: 'command',
      key: unique('k'),
      door: at(other, 'nobody'),
      reply: 'r',
      text: 'mine',
    });
    await workInteraction(world, id);
    assert.match(lastTo(at(other, 'nobody')), /no user with your object id oid-nobody/);
  });

  it('who is a guest of the directory gets nothing on either platform', async () => {
    o.person('erin', false, { kind: 'guest' });
    for (const platform of [one, other]) {
      const door = at(platform, 'erin');
      const { id } = await store.interactions.receive({
        kind: 'command',
        key: unique('k'),
        door,
        reply: 'r',
        text: 'request analytics',
      });
      await workInteraction(world, id);
      const [row] = await reading.sql("SELECT id FROM requests WHERE state = 'refused' ORDER BY submitted_at DESC LIMIT 1");
      await workRequest(world, String(row?.['id']));
      assert.match(lastTo(door), /guest/);
    }
  });
});

describe('what to type', () => {
  it('is said as it is typed where it is read', async () => {
    const said = async (platform: string, text: string): Promise<string> => {
      const door = at(platform, 'alice');
      const { id } = await store.interactions.receive({ kind: 'command', key: unique('k'), door, reply: 'r', text });
      await workInteraction(world, id);
      const card = o.answered.at(-1)?.card;
      return card === undefined ? '' : plainText(card, world.chats.get(platform)?.calledBy);
    };
    assert.match(await said(one, 'help'), /^\/crdb-access request <entitlement>/m);
    assert.match(await said(other, 'help'), /^request <entitlement>/m);
    assert.match(await said(one, 'requst analytics'), /Did you mean \/crdb-access request analytics\?/);
    assert.match(await said(other, 'requst analytics'), /Did you mean request analytics\?/);
    assert.match(await said(other, 'request anlytics'), /See what you may ask for: list$/m);
    assert.doesNotMatch(await said(other, 'mine'), /crdb-access/);
  });
});

describe('what admins have to know', () => {
  const raise = () =>
    store.alerts.raise({ key: unique('alert'), requestId: null, card: { title: ['The sky is falling.'], blocks: [] } });

  it('is posted once on each platform, however often one of them is down', async () => {
    for (const away of [one, other]) {
      from = o.posted.length;
      await raise();
      down(away, 'post');
      for (let i = 0; i < 3; i += 1) {
        await sendAlerts(world);
        await up();
        down(away, 'post');
      }
      assert.equal(posted().length, 1);
      await up();
      assert.equal(await sendAlerts(world), 1);
      assert.deepEqual(
        posted()
          .map((m) => m.to)
          .sort(),
        Object.values(admins).sort(),
      );
    }
  });
});

describe('a proposal', () => {
  it('stands before the admins of both platforms, and an admin who confirms on both counts once', async () => {
    const id = await proposed();
    assert.deepEqual(
      cards('proposal')
        .map((m) => m.to)
        .sort(),
      Object.values(admins).sort(),
    );
    const confirms = async (platform: string, key: string) => {
      await presses(at(platform, key), 'confirm', id, placeOf('proposal', platform));
      await workProposal(world, id);
    };
    await confirms(one, 'carol');
    await confirms(other, 'carol');
    assert.match(lastTo(at(other, 'carol')), /you count once/);
    assert.equal((await store.proposals.get(id))?.state, 'open');
    await confirms(other, 'grace');
    assert.equal((await store.proposals.get(id))?.state, 'adopted');
    for (const platform of [one, other]) assert.match(shownAt(placeOf('proposal', platform)), /It is theirs now/);
  });

  it('stands on one platform while the other is down, is confirmed there, and comes to the other once', async () => {
    for (const away of [one, other]) {
      from = o.posted.length;
      await reading.sql("UPDATE proposals SET state = 'lapsed'");
      const there = away === one ? other : one;
      down(away, 'post');
      await assert.rejects(proposed(), /is down/);
      const [row] = await reading.sql("SELECT id FROM proposals WHERE state = 'open'");
      const id = String(row?.['id']);
      assert.deepEqual(
        cards('proposal').map((m) => m.place.platform),
        [there],
      );
      await presses(at(there, 'carol'), 'confirm', id, placeOf('proposal', there));
      assert.equal((await store.proposals.get(id))?.confirmed.length, 1);
      await up();
      await workProposal(world, id);
      for (const platform of [one, other]) {
        assert.equal(cards('proposal', platform).length, 1);
        assert.match(shownAt(placeOf('proposal', platform)), /Confirmed/);
      }
      const done = await store.proposals.get(id);
      assert.equal(done?.posted?.shows, done?.version);
    }
  });

  it('waits with a click on a card whose place is not known yet', async () => {
    down(other, 'post');
    await assert.rejects(proposed(), /is down/);
    const [row] = await reading.sql("SELECT id FROM proposals WHERE state = 'open'");
    const id = String(row?.['id']);
    const early = { platform: other, channel: admins[other] ?? '', message: '1' };
    await assert.rejects(presses(at(other, 'carol'), 'confirm', id, early), /still being posted/);
    await presses(at(one, 'carol'), 'confirm', id, { ...placeOf('proposal', one), message: 'elsewhere' });
    assert.match(lastTo(at(one, 'carol')), /another card/);
    assert.equal((await store.proposals.get(id))?.confirmed.length, 0);
  });
});

describe('a look at a posted card', () => {
  it('shows what is stored now, and nothing where no card of that id stands', async () => {
    const id = await asks(at(one, 'alice'));
    const proposal = await proposed();
    const present = presenter(world);
    const look = async (about: string, place: Place) => {
      const card = await present(at(other, 'bob'), about, place);
      return card === null ? null : wordsOf(card);
    };
    const place = placeOf('approval', other);
    assert.match((await look(id, place)) ?? '', /Nobody has decided yet/);
    assert.match((await look(proposal, placeOf('proposal', other))) ?? '', /Nobody has confirmed yet/);
    assert.equal(await look(id, { ...place, channel: 'elsewhere' }), null);
    assert.equal(await look(id, placeOf('proposal', other)), null);
    assert.equal(await look(proposal, place), null);
    assert.equal(await look('00000000', place), null);
    await presses(at(one, 'bob'), 'approve', id, placeOf('approval', one));
    assert.match((await look(id, place)) ?? '', /Granted/);
  });
});

describe('of several things done side by side', () => {
  it('each is done, and what time does not mend is thrown first', async () => {
    const done: number[] = [];
    const never = new Fault('chat_refused', 'never', 'not in the channel');
    const bug = new TypeError('a bug');
    const faults = [new Fault('chat_unavailable', 'later', 'down'), never, null];
    const work = async (failure: Error | null, i: number): Promise<void> => {
      if (failure !== null) throw failure;
      done.push(i);
    };
    await assert.rejects(
      each([...faults.entries()], ([i, failure]) => work(failure, i)),
      never,
    );
    await assert.rejects(
      each([...[...faults, bug].entries()], ([i, failure]) => work(failure, i)),
      bug,
    );
    assert.deepEqual(done, [2, 2]);
    await each([1], async () => undefined);
  });
});
