import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { openDatabase } from '../../src/adapters/store/database.ts';
import { openStore, type OpenStore } from '../../src/adapters/store/store.ts';
import { adoptable } from '../../src/core/adoption/adoptable.ts';
import { decideProposal } from '../../src/core/adoption/decide.ts';
import { propose } from '../../src/core/adoption/propose.ts';
import { Fault } from '../../src/core/errors.ts';
import { mapIdentity, parseIdentityMap } from '../../src/core/identity/identity-map.ts';
import type { DirectoryUser, Proposal, World } from '../../src/core/ports.ts';
import { sweep } from '../../src/core/work/sweep.ts';
import { workInteraction } from '../../src/core/work/interaction.ts';
import { workRequest } from '../../src/core/work/request.ts';
import { workProposal } from '../../src/core/work/proposal.ts';
import { startDatabases, type TestDatabases } from '../contracts/database.ts';
import { unique } from '../contracts/samples.ts';
import { Outside, platform, somePolicy, wordsOf, worldOf } from '../fakes/world.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const policy = somePolicy();
const issuer = 'https://issuer.example/v2.0';
let databases: TestDatabases;
let stores: OpenStore[];
let reading: ReturnType<typeof openDatabase>;
let o: Outside;
let admins: Set<string>;
let people: { [key: string]: DirectoryUser };

before(async () => {
  databases = await startDatabases('adoption');
});
after(() => databases?.stop());
beforeEach(async (t) => {
  const url = await databases.create();
  reading = openDatabase(url, quiet);
  stores = await Promise.all(['one', 'two'].map((holder) => openStore({ url, log: quiet, holder, leaseSeconds: 1.5 })));
  await stores[0]?.migrate();
  o = new Outside();
  for (const key of ['carol', 'grace', 'heidi', 'maeve', 'bob']) o.person(key);
  people = Object.fromEntries(o.people);
  admins = new Set(['oid-carol', 'oid-grace', 'oid-heidi']);
  o.users.set('app', ['reporting_reader']);
  const open = [...stores, reading];
  if ('after' in t) t.after(() => Promise.all(open.map((one) => one.close())));
});

/** A world in which the admins are `admins`. */
function world(i = 0): World {
  const made = worldOf(stores[i % stores.length] as OpenStore, o, policy);
  const { directory } = made;
  return {
    ...made,
    directory: {
      ...directory,
      holds: async (oid, c) => {
        if (c !== policy.admins.are) return directory.holds(oid, c);
        // Asked of whom the directory knows, as Graph is.
        assert.ok(await directory.userById(oid));
        return admins.has(oid);
      },
    },
  };
}
const who = (key: string): DirectoryUser => people[key] as DirectoryUser;
const target = () => {
  const [p, c] = [policy.clusters.get('prod'), world().clusters.get('prod')];
  assert.ok(p && c);
  return { policy: p, cluster: c };
};

/** Files that `app` be maeve's, and posts its card. */
async function filed(sqlUsername = 'app'): Promise<Proposal> {
  const asked = { ...target(), sqlUsername, person: who('maeve') };
  const looked = await adoptable(world(), asked);
  assert.ok(
    looked.findings.every((f) => f.ok),
    JSON.stringify(looked.findings),
  );
  const { filed: isNew, proposal } = await propose(world(), asked, looked, 'somebody@laptop');
  assert.ok(isNew);
  await workProposal(world(), proposal.id);
  return now(proposal.id);
}
async function now(id: string): Promise<Proposal> {
  const proposal = await world().store.proposals.get(id);
  assert.ok(proposal);
  return proposal;
}
/** What whoever pressed is told; null: the card says it. */
async function press(
  p: Proposal,
  key: string,
  button: 'confirm' | 'decline' = 'confirm',
  over: object = {},
  i = 0,
): Promise<string | null> {
  const door = { platform, team: 'T1', user: key };
  const click = {
    kind: 'press' as const,
    key: unique('k'),
    door,
    reply: 'r',
    button,
    about: p.id,
    place: p.posted?.places[0] ?? null,
    ...over,
  };
  const said = await decideProposal(world(i), click, who(key));
  return said === null ? null : wordsOf(said);
}
const cards = () => o.posted.filter((m) => m.tag?.kind === 'proposal');
const rows = () => world().store.ledger.rows('prod');
const unavailable = (code: 'cluster_unavailable' | 'directory_unavailable' | 'chat_unavailable', when: string) => {
  o.fail = (what) => {
    if (what.startsWith(when)) throw new Fault(code, 'later', `${when} is away`);
  };
};
/** What is put off is due now. */
const later = () => reading.sql('UPDATE proposals SET due_at = now()');

describe('a proposal', () => {
  it('is adopted by the second of two different admins, and the ledger says so from then on', async () => {
    const p = await filed();
    assert.equal(cards().length, 1);
    assert.equal(cards()[0]?.to, policy.admins.channels[platform]);
    assert.equal(await press(p, 'carol'), null);
    assert.match((await press(p, 'carol')) ?? '', /you count once/);
    assert.deepEqual(await rows(), []);
    assert.equal(await press(p, 'grace'), null);
    assert.deepEqual(
      (await rows()).map((r) => [r.sqlUsername, r.oid, r.adopted, r.state]),
      [['app', 'oid-maeve', true, 'created']],
    );
    await workProposal(world(), p.id);
    const done = await now(p.id);
    assert.ok(done.appliedAt);
    assert.equal(done.posted?.shows, done.version);
    assert.match((await press(p, 'heidi')) ?? '', /is adopted already/);
    assert.equal(cards().length, 1);
  });

  it('is adopted once when many admins press at once', async () => {
    const p = await filed();
    const said = await Promise.all(
      ['carol', 'grace', 'heidi', 'carol', 'grace'].map((key, i) => press(p, key, 'confirm', {}, i)),
    );
    assert.ok(said.filter((s) => s === null).length >= 2);
    assert.equal((await rows()).length, 1);
    const words = (await now(p.id)).confirmed.map((w) => w.by.oid);
    assert.deepEqual(words, [...new Set(words)]);
    assert.equal(words.length, 2);
  });

  it('counts nobody who is no admin, is disabled, or is the person that it is about', async () => {
    const p = await filed();
    assert.match((await press(p, 'bob')) ?? '', /Only an admin can decide this/);
    admins.add('oid-maeve');
    assert.match((await press(p, 'maeve')) ?? '', /your own SQL user/);
    people['carol'] = { ...who('carol'), enabled: false };
    assert.match((await press(p, 'carol')) ?? '', /Only an admin/);
    assert.match((await press(p, 'carol', 'decline')) ?? '', /Only an admin/);
    assert.deepEqual([(await now(p.id)).state, (await now(p.id)).confirmed], ['open', []]);
  });

  it('drops the word of an admin who is none any more, or is disabled, when the next one confirms', async () => {
    const p = await filed();
    assert.equal(await press(p, 'carol'), null);
    admins.delete('oid-carol');
    assert.equal(await press(p, 'grace'), null);
    assert.deepEqual(
      (await now(p.id)).confirmed.map((w) => w.by.oid),
      ['oid-grace'],
    );
    o.people.set('grace', { ...who('grace'), enabled: false });
    assert.equal(await press(p, 'heidi'), null);
    assert.deepEqual(
      (await now(p.id)).confirmed.map((w) => w.by.oid),
      ['oid-heidi'],
    );
    assert.deepEqual(await rows(), []);
  });

  it('is decided on its own card alone, and only what is known is decided', async () => {
    const p = await filed();
    const elsewhere = { platform, channel: 'C0OTHER', message: '1' };
    assert.match((await press(p, 'carol', 'confirm', { place: elsewhere })) ?? '', /another card/);
    assert.match((await press(p, 'carol', 'confirm', { place: null })) ?? '', /another card/);
    assert.match((await press(p, 'carol', 'confirm', { about: 'NOSUCH00' })) ?? '', /I know no proposal/);
    assert.deepEqual((await now(p.id)).confirmed, []);
  });

  it('waits for its card when it is pressed while that is being posted', async () => {
    const asked = { ...target(), sqlUsername: 'app', person: who('maeve') };
    const { proposal } = await propose(world(), asked, await adoptable(world(), asked), 'x');
    await assert.rejects(press(proposal, 'carol'), (f) => f instanceof Fault && f.code === 'not_yet');
  });

  it('ends with one decline', async () => {
    const p = await filed();
    assert.equal(await press(p, 'carol'), null);
    assert.equal(await press(p, 'grace', 'decline'), null);
    assert.match((await press(p, 'heidi')) ?? '', /is declined already/);
    assert.deepEqual(await rows(), []);
  });

  it('lapses after 72 hours, whoever presses then, and its card says so', async () => {
    const p = await filed();
    assert.equal(p.deadline.getTime() - p.filedAt.getTime(), 72 * 3_600_000);
    await reading.sql("UPDATE proposals SET deadline = now() - interval '1 second'");
    assert.match((await press(p, 'carol')) ?? '', /Too late/);
    const found = await sweep(world(), 2);
    assert.equal(found.proposals, 1);
    const ended = await now(p.id);
    assert.deepEqual([ended.state, ended.posted?.shows], ['lapsed', ended.version]);
    const events = (await world().store.audit.read({ requestId: p.id })).map((line) => line.event);
    assert.deepEqual(events, ['proposal.filed', 'proposal.asked', 'proposal.lapsed']);
  });

  const changes: readonly (readonly [what: string, change: () => void | Promise<void>, says: RegExp])[] = [
    [
      'the SQL user has become a superuser, through a role',
      () => void o.users.set('app', ['ops']).set('ops', ['admin']),
      /member of admin on prod, through ops/,
    ],
    ['the SQL user was dropped', () => void o.users.delete('app'), /has been dropped/],
    ['the person is gone', () => void o.people.delete('maeve'), /no longer in the directory/],
    ['the person is disabled', () => void o.people.set('maeve', { ...who('maeve'), enabled: false }), /is disabled/],
    [
      'the person has another UPN',
      () => void o.people.set('maeve', { ...who('maeve'), upn: 'maeve.burke@contoso.com' }),
      /was maeve@contoso\.com when this was filed/,
    ],
    [
      'the person has moved to a domain that is not verified',
      () => void o.people.set('maeve', { ...who('maeve'), upn: 'maeve@evil.net' }),
      /not in a verified domain/,
    ],
    [
      'the SQL user was given to somebody else',
      async () =>
        void (await world().store.ledger.claim(
          { cluster: 'prod', sqlUsername: 'app', oid: 'oid-bob', upn: 'bob@contoso.com' },
          [],
        )),
      /belongs to another person \(bob@contoso\.com\)/,
    ],
    [
      'the person was given another SQL user',
      async () =>
        void (await world().store.ledger.claim(
          { cluster: 'prod', sqlUsername: 'maeve', oid: 'oid-maeve', upn: 'maeve@contoso.com' },
          [],
        )),
      /has the SQL user maeve on prod already/,
    ],
  ];
  for (const [what, change, says] of changes) {
    it(`lapses at the second confirmation when ${what}`, async () => {
      const p = await filed();
      assert.equal(await press(p, 'carol'), null);
      const before = await rows();
      await change();
      assert.match((await press(p, 'grace')) ?? '', says);
      const ended = await now(p.id);
      assert.equal(ended.state, 'lapsed');
      assert.match(JSON.stringify(ended.findings), says);
      assert.ok(
        (await rows()).every((row) => !row.adopted),
        JSON.stringify(before),
      );
    });
  }

  it('begins anew when the SQL user got another role: who confirmed before has seen something else', async () => {
    const p = await filed();
    assert.equal(await press(p, 'carol'), null);
    o.users.set('app', ['reporting_reader', 'billing_reader']);
    assert.match((await press(p, 'grace')) ?? '', /has changed since the card was written/);
    assert.deepEqual((await now(p.id)).confirmed, []);
    assert.equal(await press(p, 'grace'), null);
    assert.deepEqual(await rows(), []);
    assert.equal(await press(p, 'carol'), null);
    assert.equal((await rows()).length, 1);
  });
});

describe('an outage', () => {
  it('of the cluster or the directory decides nothing, and is said', async () => {
    const p = await filed();
    unavailable('cluster_unavailable', 'cluster.');
    assert.match((await press(p, 'carol')) ?? '', /did not answer, so nothing was decided/);
    unavailable('directory_unavailable', 'directory.');
    await assert.rejects(press(p, 'carol'), (f) => f instanceof Fault && f.code === 'directory_unavailable');
    o.fail = () => undefined;
    assert.deepEqual((await now(p.id)).confirmed, []);
    assert.equal(await press(p, 'carol'), null);
  });

  it('of the chat keeps the card waiting, and it is posted once, however often the posting was begun', async () => {
    const asked = { ...target(), sqlUsername: 'app', person: who('maeve') };
    const { proposal } = await propose(world(), asked, await adoptable(world(), asked), 'x');
    unavailable('chat_unavailable', 'chat.post');
    await assert.rejects(workProposal(world(), proposal.id), /chat\.post is away/);
    unavailable('chat_unavailable', 'after chat.post');
    await later();
    await assert.rejects(workProposal(world(), proposal.id), /chat\.post is away/);
    assert.equal(cards().length, 1, 'it got through, and its answer did not');
    o.fail = () => undefined;
    await later();
    assert.equal((await sweep(world(), 1)).proposals, 1);
    assert.equal(cards().length, 1);
    assert.equal((await now(proposal.id)).posted?.places[0]?.message, cards()[0]?.place.message);
  });

  it('of the cluster after the adoption is waited for: the card says so, and the map follows by itself', async () => {
    // Somebody was granted before: the map has rows of ours, and the pattern would yield no name that exists.
    const map = 'server.identity_map.configuration';
    o.settings[map] = `${issuer} /^\\b\\B$ none`;
    const p = await filed();
    await press(p, 'carol');
    await press(p, 'grace');
    unavailable('cluster_unavailable', 'cluster.');
    await assert.rejects(workProposal(world(), p.id), /cluster\. is away/);
    const waiting = await now(p.id);
    assert.equal(waiting.appliedAt, null);
    assert.equal(waiting.posted?.shows, waiting.version, 'the card shows it');
    assert.match(JSON.stringify(waiting.findings), /cluster\. is away/);
    o.fail = () => undefined;
    await later();
    await sweep(world(), 1);
    const done = await now(p.id);
    assert.ok(done.appliedAt);
    assert.ok(done.findings.every((f) => f.ok));
    const parsed = parseIdentityMap(o.settings[map] ?? '');
    assert.ok('rows' in parsed);
    const yields = (upn: string) => mapIdentity(parsed.rows, issuer, upn, { caseInsensitive: true });
    assert.deepEqual(yields('maeve@contoso.com'), ['app']);
    assert.deepEqual(yields('app@contoso.com'), []);
    const events = (await world().store.audit.read({ requestId: p.id })).map((line) => line.event);
    assert.deepEqual(events.slice(-4), ['proposal.confirmed', 'proposal.adopted', 'proposal.waits', 'proposal.applied']);
  });
});

describe('a person whose SQL user was adopted', () => {
  const asks = async (key: string, text: string): Promise<void> => {
    const door = { platform, team: 'T1', user: key };
    const { id } = await world().store.interactions.receive({ kind: 'command', key: unique('k'), door, reply: 'r', text });
    await workInteraction(world(), id);
  };
  const adopt = async (sqlUsername: string): Promise<Proposal> => {
    const p = await filed(sqlUsername);
    await press(p, 'carol');
    await press(p, 'grace');
    await workProposal(world(), p.id);
    return p;
  };
  const newest = async () => {
    const [request] = await world().store.requests.ofPerson('oid-maeve', 1);
    assert.ok(request);
    return request;
  };
  const work = async (): Promise<void> => workRequest(world(), (await newest()).id);

  it('is granted as that SQL user, which keeps what it had', async () => {
    await adopt('app');
    await asks('maeve', 'request reporting');
    await work();
    const granted = await newest();
    assert.deepEqual([granted.state, granted.sqlUsername], ['granted', 'app'], JSON.stringify(granted.findings));
    assert.deepEqual(o.users.get('app'), ['reporting_reader']);
    assert.equal(o.users.has('maeve'), false);
  });

  it('has it created at the first grant where it did not exist', async () => {
    await adopt('burke');
    await asks('maeve', 'request reporting');
    await work();
    assert.deepEqual([(await newest()).state, o.users.get('burke')], ['granted', ['reporting_reader']]);
    assert.deepEqual(
      (await rows()).map((r) => [r.sqlUsername, r.state, r.adopted]),
      [['burke', 'created', true]],
    );
  });

  it('gets nobody else’s: a user of that name that appears meanwhile is not touched, and the tie stays', async () => {
    await adopt('burke');
    await asks('maeve', 'request reporting');
    let appears = true;
    o.fail = (what) => {
      if (what === 'cluster.create_user' && appears) o.users.set('burke', ['billing_reader']);
      if (what === 'cluster.create_user') appears = false;
    };
    await work();
    const ended = await newest();
    assert.equal(ended.state, 'revoked');
    assert.match(JSON.stringify(ended.findings), /appeared on this cluster while it was being created/);
    assert.deepEqual(o.users.get('burke'), ['billing_reader']);
    assert.deepEqual(
      (await rows()).map((r) => [r.sqlUsername, r.state, r.attempted, r.adopted]),
      [['burke', 'creating', false, true]],
    );
    await asks('maeve', 'request reporting');
    assert.match(JSON.stringify((await newest()).findings), /exists on this cluster and was not created by this bot/);
  });

  it('hears it when something else was approved before', async () => {
    unavailable('cluster_unavailable', 'cluster.');
    await asks('maeve', 'request reporting');
    await work();
    assert.equal((await newest()).sqlUsername, 'maeve');
    o.fail = () => undefined;
    await adopt('app');
    await reading.sql('UPDATE requests SET due_at = now()');
    await work();
    const ended = await newest();
    assert.equal(ended.state, 'revoked');
    assert.match(
      JSON.stringify(ended.findings),
      /Your SQL user on prod is app since then|You have the SQL user app on this cluster, not maeve/,
    );
    assert.equal(o.users.has('maeve'), false);
  });

  it('keeps it when the UPN changes: nothing is granted before an admin has said so, who hears of it once', async () => {
    await adopt('app');
    o.people.set('maeve', { ...who('maeve'), upn: 'maeve.burke@contoso.com' });
    await asks('maeve', 'request reporting');
    await asks('maeve', 'request analytics');
    assert.match(JSON.stringify((await newest()).findings), /stays yours: an admin ties it to the new UPN/);
    await sweep(world(), 1);
    const alerts = o.posted.filter((m) => m.tag?.kind.startsWith('alert:upn-changed'));
    assert.equal(alerts.length, 1);
    assert.match(
      wordsOf(alerts[0]?.card ?? { title: [], blocks: [] }),
      /rebind app --upn maeve\.burke@contoso\.com --cluster prod/,
    );
  });
});
