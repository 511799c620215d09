/** The watch of a process on a real store: what it writes by itself, what it never does, and that it is one of many. */

import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { openStore } from '../../src/adapters/store/store.ts';
import { askForKeys } from '../../src/core/cluster-auth/published-keys.ts';
import { Fault } from '../../src/core/errors.ts';
import { mapIdentity, rowsInForce } from '../../src/core/identity/identity-map.ts';
import type { Door } from '../../src/core/request/request.ts';
import { watchOver } from '../../src/core/work/watch.ts';
import { keepCluster } from '../../src/core/work/watch-cluster.ts';
import { k1, k2 } from '../fakes/login-keys.ts';
import { worldOf } from '../fakes/world.ts';
import { product } from './product-rig.ts';

const p = product('watch');
const map = 'server.identity_map.configuration';
const jwks = 'server.jwt_authentication.jwks';

let alice: Door;
let bob: Door;
beforeEach(() => {
  alice = p.o.person('alice');
  bob = p.o.person('bob', true);
});

/** Everything that the watch owes now, done by one process. `later`: as if so many seconds had passed since the last turns and looks. */
async function beat(later = 0): Promise<void> {
  await passes(later);
  const watch = watchOver(p.world);
  await watch.beat();
  await watch.settled();
}

async function passes(seconds: number): Promise<void> {
  const ago = `interval '${seconds} seconds'`;
  await p.sql(`UPDATE watch_turns SET turned_at = turned_at - ${ago}`);
  await p.sql(`UPDATE watch_issuers SET read_at = read_at - ${ago}`);
  await p.sql(`UPDATE watch_notes SET kept_at = kept_at - ${ago}`);
}

const written = async (): Promise<number> =>
  (await p.world.store.audit.read({ limit: 500 })).filter(({ event }) => event === 'setting.written').length;

const pause = (by = 'ops@host'): Promise<boolean> => p.world.store.watch.pause(by, []);
const kids = (): string[] => {
  const { keys } = JSON.parse(p.o.settings[jwks] ?? '') as { keys: { kid: string }[] };
  return keys.map(({ kid }) => kid);
};

describe('our own map rows', () => {
  const row = (): string => p.o.settings[map] ?? '';

  it('forbid a SQL user that somebody else creates, within one check', async () => {
    await p.granted(alice, bob);
    const before = row();
    p.o.users.set('dora', []);
    await beat();
    assert.notEqual(row(), before);
    assert.deepEqual([yields('dora'), yields('alice')], [[], ['alice']]);
    const settings = await written();
    await beat(200);
    assert.equal(await written(), settings, 'it says so already');
    const [line] = (await p.world.store.audit.read({ limit: 500 })).filter(
      ({ event, requestId }) => event === 'setting.written' && requestId === null,
    );
    assert.deepEqual([line?.actor, line?.details['setting'], line?.details['before']], [null, map, before]);
  });

  /** The SQL users that this person's token would give. */
  const yields = (name: string): readonly string[] =>
    mapIdentity(rowsInForce(row()), 'https://issuer.example/v2.0', `${name}@contoso.com`, { caseInsensitive: false });

  it('forbid a role of the cluster that is new', async () => {
    await p.granted(alice, bob);
    assert.deepEqual(yields('auditor'), ['auditor']);
    p.o.users.set('auditor', []);
    await beat();
    assert.deepEqual([yields('auditor'), yields('alice'), yields('carol')], [[], ['alice'], ['carol']]);
  });

  const lost: readonly (readonly [string, () => void])[] = [
    ['is gone from the directory', () => void p.o.people.delete('alice')],
    ['is disabled', () => void p.o.person('alice', false, { enabled: false })],
    ['was renamed', () => void p.o.person('alice', false, { upn: 'alice.park@contoso.com' })],
    ['was recycled: the same UPN, another object id', () => void p.o.person('alice', false, { oid: 'oid-alice-the-second' })],
  ];
  for (const [what, happens] of lost) {
    it(`let nobody be the SQL user of a person who ${what}`, async () => {
      await p.granted(alice, bob);
      const before = row();
      assert.deepEqual(yields('alice'), ['alice']);
      happens();
      await beat();
      assert.notEqual(row(), before);
      assert.deepEqual(yields('alice'), [], row());
    });
  }

  it('are tightened whatever else stands against a grant: role sync, a foreign row, another claim', async () => {
    await p.granted(alice, bob);
    p.o.settings['server.jwt_authentication.authorization.enabled'] = 'true';
    p.o.settings['server.jwt_authentication.claim'] = 'sub';
    p.o.settings['server.jwt_authentication.audience'] = '<redacted>';
    p.o.settings[map] += '\nhttps://issuer.example/v2.0 /^(.*)$ \\1';
    const before = row();
    p.o.users.set('dora', []);
    await beat();
    assert.notEqual(row(), before);
    assert.ok(row().endsWith('/^(.*)$ \\1'), 'what is not ours stays');
    assert.equal(p.o.settings['server.jwt_authentication.claim'], 'sub');
    assert.equal(p.o.settings['server.jwt_authentication.audience'], '<redacted>');
  });

  it('are left alone where the map can’t be read, and keys are added all the same', async () => {
    await p.granted(alice, bob);
    p.o.settings[map] = '<redacted>';
    p.o.users.set('dora', []);
    p.o.keys = [k1.jwk, k2.jwk];
    await beat();
    assert.equal(row(), '<redacted>');
    assert.deepEqual(kids(), [k1.jwk.kid, k2.jwk.kid]);
  });

  it('come back where somebody took them away, and others’ rows stay', async () => {
    await p.granted(alice, bob);
    const own = row();
    p.o.settings[map] = '# nobody’s\nhttps://other.example /^(x)$ \\1\n';
    await beat();
    assert.equal(row(), `# nobody’s\nhttps://other.example /^(x)$ \\1\n${own}${own.endsWith('\n') ? '' : '\n'}`);
  });

  it('are not there before the first grant, nor is anything else of ours', async () => {
    const before = { ...p.o.settings };
    await beat();
    assert.deepEqual(p.o.settings, before);
  });

  it('do not come because a SQL user that was there before was adopted', async () => {
    await p.world.store.ledger.claim({ cluster: 'prod', sqlUsername: 'app', oid: 'oid-alice', upn: 'alice@contoso.com' }, []);
    await p.sql(`UPDATE ledger SET state = 'created', adopted = true`);
    p.o.users.set('app', []);
    await beat();
    assert.equal(row(), '');
  });

  it('are all that is kept: what a grant or an admin opens is not opened again', async () => {
    await p.granted(alice, bob);
    const closed = {
      'server.jwt_authentication.enabled': 'false',
      'server.jwt_authentication.issuers': '',
      'server.jwt_authentication.audience': '',
      'server.jwt_authentication.claim': '',
    };
    Object.assign(p.o.settings, closed);
    p.o.users.set('dora', []);
    await beat();
    for (const [setting, value] of Object.entries(closed)) assert.equal(p.o.settings[setting], value, setting);
  });
});

describe('published keys', () => {
  it('are on the cluster before anything is signed with them, and one that is withdrawn stays', async () => {
    await p.granted(alice, bob);
    await beat();
    p.o.keys = [k1.jwk, k2.jwk];
    await beat(3601);
    assert.deepEqual(kids(), [k1.jwk.kid, k2.jwk.kid]);
    p.o.keys = [k2.jwk];
    await beat(3601);
    assert.deepEqual(kids(), [k1.jwk.kid, k2.jwk.kid]);
    const seen = await p.world.store.watch.issuer('v2');
    assert.equal(seen?.keys.find(({ kid }) => kid === k1.jwk.kid)?.goneSince instanceof Date, true);
  });

  it('are read once an hour, and at once when somebody meets one that is not there, at most every five minutes', async () => {
    await p.granted(alice, bob);
    let reads = 0;
    const watch = watchOver(p.world);
    p.o.fail = (what) => {
      if (what === 'issuer') reads += 1;
    };
    const after = async (seconds: number): Promise<number> => {
      reads = 0;
      await passes(seconds);
      await watch.beat();
      await watch.settled();
      return reads;
    };
    await after(0);
    assert.equal(await after(1800), 0);
    assert.equal(await after(1801), 1);
    p.o.keys = [k1.jwk, k2.jwk];
    assert.equal(await after(301), 0, 'nobody asked');
    await askForKeys(p.world, 'v2');
    assert.equal(await after(0), 1);
    assert.deepEqual(kids(), [k1.jwk.kid, k2.jwk.kid]);
    await askForKeys(p.world, 'v2');
    assert.equal(await after(200), 0, 'not yet again');
    assert.equal(await after(101), 1);
    assert.equal(await after(301), 0, 'that was the answer');
  });

  it('that were last good go on counting while they can’t be read; the admins hear of it once, and of its end', async () => {
    await p.granted(alice, bob);
    const watch = watchOver(p.world);
    const go = async (seconds: number): Promise<void> => {
      await passes(seconds);
      await p.sql(
        `UPDATE watch_notes SET says = jsonb_set(says, '{since}', to_jsonb((says->>'since')::timestamptz - interval '${seconds} seconds')) WHERE name = 'keys-unread:v2' AND says::text <> 'null'`,
      );
      await watch.beat();
      await watch.settled();
    };
    await go(0);
    const before = [...kids()];
    p.o.fail = (what) => {
      if (what === 'issuer')
        throw new Fault('directory_unavailable', 'later', 'Microsoft Entra answered something that is not JSON');
    };
    const told = async (): Promise<readonly string[]> => (await p.alerts()).filter((text) => text.includes('signing keys'));
    await go(3601);
    p.o.users.set('dora', []);
    await go(400);
    assert.deepEqual(kids(), before);
    assert.match(p.o.settings[map] ?? '', /^https:\/\/issuer\.example\/v2\.0 /, 'the map is kept all the same');
    assert.deepEqual(await told(), [], 'not at the first time');
    await go(3 * 3600);
    await go(400);
    assert.equal((await told()).length, 1);
    assert.match((await told())[0] ?? '', /could not be read since .*\n.*not JSON\n/);
    p.o.fail = () => undefined;
    await go(400);
    await go(4000);
    assert.equal((await told()).length, 2);
    assert.match((await told())[1] ?? '', /can be read again, after 3 h/);
  });

  it('of another process are not believed before this one has read them', async () => {
    await p.granted(alice, bob);
    await p.world.store.watch.published('v2', {
      issuer: 'https://old.example/',
      jwksUri: 'https://old.example/keys',
      keys: [k2.jwk],
    });
    await passes(0);
    p.o.users.set('dora', []);
    await beat();
    assert.doesNotMatch(p.o.settings[map] ?? '', /old\.example/);
    assert.deepEqual(kids(), [k1.jwk.kid]);
  });
});

describe('a paused watch', () => {
  it('does nothing at all, and goes on when it is resumed', async () => {
    await p.granted(alice, bob);
    await pause();
    let calls = 0;
    p.o.fail = () => {
      calls += 1;
    };
    p.o.users.set('dora', []);
    p.o.keys = [k1.jwk, k2.jwk];
    const before = { ...p.o.settings };
    await beat();
    await keepCluster(p.world, 'prod');
    assert.deepEqual(p.o.settings, before);
    calls = 0;
    await beat();
    assert.equal(calls, 0, 'nobody is even asked');
    p.o.fail = () => undefined;
    await p.world.store.watch.resume([]);
    await beat();
    assert.notEqual(p.o.settings[map], before[map]);
    assert.deepEqual(kids(), [k1.jwk.kid, k2.jwk.kid]);
  });

  it('lets a grant wait that has to write a setting, says who paused it and how it goes on, and lets others be granted', async () => {
    await pause('sven@ops-1');
    const { request, place } = await p.pending(alice);
    await p.presses(bob, 'approve', request.id, place);
    await p.settle();
    const waits = await p.world.store.requests.get(request.id);
    assert.deepEqual([waits?.state, waits?.waiting?.code], ['approved', 'watch_paused']);
    assert.match(
      waits?.waiting?.says ?? '',
      /sven@ops-1 paused the watch at .* UTC \(npm run -s cli -- watch resume ends that\)/,
    );
    assert.equal(p.o.settings[map], '');
    assert.equal(await written(), 0);
    await p.world.store.watch.resume([]);
    await p.sql('UPDATE requests SET due_at = now()');
    await p.settle();
    assert.equal((await p.world.store.requests.get(request.id))?.state, 'granted');

    await pause();
    const settings = { ...p.o.settings };
    await p.types(alice, 'request reporting');
    await p.settle();
    assert.deepEqual(
      (await p.world.store.requests.ofPerson('oid-alice', 5)).map(({ state }) => state),
      ['granted', 'granted'],
    );
    assert.deepEqual(p.o.settings, settings, 'it needed no setting');
  });
});

describe('the watch of several processes', () => {
  it('does each thing once, whoever comes first', async () => {
    await p.granted(alice, bob);
    const other = await openStore({ url: p.url, log: p.world.log, holder: 'two', leaseSeconds: 5 });
    let reads = 0;
    p.o.fail = (what) => {
      if (what === 'cluster.read') reads += 1;
    };
    const watches = [p.world, worldOf(other, p.o, p.world.policy)].flatMap((world) => [watchOver(world), watchOver(world)]);
    await Promise.all(watches.map((watch) => watch.beat()));
    await Promise.all(watches.map((watch) => watch.settled()));
    await other.close();
    assert.equal(reads, 2, 'one check, and one look for the new keys');
  });

  it('is not held up by a cluster that hangs, nor by one that fails', async () => {
    await p.granted(alice, bob);
    let go = (): void => undefined;
    const hangs = new Promise<void>((resolve) => {
      go = resolve;
    });
    p.o.fail = (what) => (what === 'cluster.read' ? hangs : undefined);
    const watch = watchOver(p.world);
    await watch.beat();
    await passes(3600);
    await watch.beat();
    assert.equal((await p.world.store.watch.issuer('v2'))?.keys.length, 1, 'the keys were read meanwhile');
    go();
    await watch.settled();
    p.o.fail = () => {
      throw new Error('a defect');
    };
    await passes(3600);
    await watch.beat();
    await watch.settled();
  });
});
