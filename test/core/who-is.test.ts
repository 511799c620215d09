import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { openStore, type OpenStore } from '../../src/adapters/store/store.ts';
import { whoIs } from '../../src/core/identity/who-is.ts';
import type { ChatPerson, DirectoryUser, World } from '../../src/core/ports.ts';
import type { Door } from '../../src/core/request/request.ts';
import { startDatabases, type TestDatabases } from '../contracts/database.ts';
import { unique } from '../contracts/samples.ts';
import { Outside, platform, somePolicy, worldOf } from '../fakes/world.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
let databases: TestDatabases;
let store: OpenStore;
let o: Outside;
before(async () => {
  databases = await startDatabases('who');
  store = await openStore({ url: await databases.create(), log: quiet, holder: 'one', leaseSeconds: 1.5 });
  await store.migrate();
});
after(async () => {
  await store?.close();
  await databases?.stop();
});
beforeEach(() => {
  o = new Outside();
});

const address = 'alice@contoso.com';
const user = (key: string, over: Partial<DirectoryUser> = {}): DirectoryUser => ({
  oid: `oid-${key}`,
  upn: `${key}@contoso.com`,
  displayName: key,
  mail: `${key}@contoso.com`,
  enabled: true,
  kind: 'member',
  ...over,
});

/** Asks who is behind a door that the platform says this of, in a directory of these users. */
async function ask(face: Partial<ChatPerson>, users: readonly DirectoryUser[], more: { door?: Door; chatGuests?: boolean } = {}) {
  const world = worldOf(store, o, { ...somePolicy(), chatGuests: more.chatGuests ?? false });
  for (const one of users) o.people.set(one.oid, one);
  const chat = world.chats.get(platform);
  assert.ok(chat);
  const shown: ChatPerson = { displayName: 'Alice', mail: address, oid: null, outsider: null, ...face };
  const own: World = {
    ...world,
    chats: new Map([[platform, { ...chat, whoIs: async () => shown }]]),
    // As Graph is asked: mail or UPN.
    directory: { ...world.directory, usersByAddress: async (a) => users.filter((one) => one.mail === a || one.upn === a) },
  };
  return whoIs(own, more.door ?? { platform, team: 'T1', user: unique('U') });
}

const chosen = (who: Awaited<ReturnType<typeof ask>>): string => ('person' in who ? who.person.oid : who.says);

describe('who is behind a chat user', () => {
  for (const [outsider, says] of [
    ['bot', /^Bots can not ask/],
    ['deleted', /is deleted/],
    ['stranger', /another company's workspace/],
    ['guest', /guest of this workspace.*chat_guests/],
  ] as const) {
    it(`is nobody for a ${outsider}, whatever their mail`, async () => {
      assert.match(chosen(await ask({ outsider }, [user('alice')])), says);
    });
  }

  it('is a guest of the workspace where the policy allows them, and still no bot, stranger or deleted user', async () => {
    assert.equal(chosen(await ask({ outsider: 'guest' }, [user('alice')], { chatGuests: true })), 'oid-alice');
    for (const outsider of ['bot', 'deleted', 'stranger'] as const) {
      assert.doesNotMatch(chosen(await ask({ outsider }, [user('alice')], { chatGuests: true })), /^oid-/);
    }
  });

  it('is nobody without a confirmed mail, or with one that the directory does not know', async () => {
    assert.match(chosen(await ask({ mail: null }, [user('alice')])), /no confirmed mail address/);
    assert.match(chosen(await ask({}, [user('bob')])), /No user of the directory has the mail address or UPN alice@contoso\.com/);
  });

  it('is the only user with that mail or UPN, disabled or a guest as they may be: they hear so by the rules', async () => {
    assert.equal(chosen(await ask({}, [user('alice')])), 'oid-alice');
    assert.equal(chosen(await ask({}, [user('x', { mail: address })])), 'oid-x');
    assert.equal(chosen(await ask({}, [user('frank', { mail: address, enabled: false })])), 'oid-frank');
    assert.equal(chosen(await ask({}, [user('erin', { mail: address, kind: 'guest' })])), 'oid-erin');
  });

  it('is the enabled member where others with that address are disabled or guests, in whatever order', async () => {
    const now = user('now', { mail: address });
    const others = [user('gone', { mail: address, enabled: false }), user('guest', { mail: address, kind: 'guest' })];
    assert.equal(chosen(await ask({}, [now, ...others])), 'oid-now');
    assert.equal(chosen(await ask({}, [...others, now])), 'oid-now');
  });

  it('is nobody when it could be two, and they hear how many', async () => {
    const two = /2 users of the directory have the address alice@contoso\.com/;
    assert.match(chosen(await ask({}, [user('alice'), user('bob', { mail: address })])), two);
    const gone = [user('a', { mail: address, enabled: false }), user('b', { mail: address, enabled: false })];
    assert.match(chosen(await ask({}, gone)), two);
    const mixed = [user('a', { mail: address, enabled: false }), user('b', { mail: address, kind: 'guest' })];
    assert.match(chosen(await ask({}, mixed)), two);
  });

  it('stays whoever it was at first use: when the address leads to somebody else, it is refused and the admins are told', async () => {
    const door = { platform, team: 'T1', user: unique('U') };
    assert.equal(chosen(await ask({}, [user('alice')], { door })), 'oid-alice');
    const other = await ask({}, [user('alice', { enabled: false }), user('new', { mail: address })], { door });
    assert.ok('says' in other);
    assert.match(other.says, /belonged to another person/);
    assert.match(other.tellAdmins ?? '', /was bound to the object id oid-alice and now resolves to new@contoso\.com \(oid-new\)/);
    assert.equal(chosen(await ask({}, [user('alice')], { door })), 'oid-alice', 'and themself again');
  });

  it('stays so through another mail or UPN of the same person', async () => {
    const door = { platform, team: 'T1', user: unique('U') };
    assert.equal(chosen(await ask({}, [user('alice')], { door })), 'oid-alice');
    const renamed = user('alice', { upn: 'alice.park@fabrikam.com', mail: 'alice.park@fabrikam.com' });
    assert.equal(chosen(await ask({ mail: 'alice.park@fabrikam.com' }, [renamed], { door })), 'oid-alice');
  });

  it('is whom the platform vouches for by object id, whatever their mail address says, disabled or a guest as they may be', async () => {
    const vouched = { mail: null, oid: 'oid-alice' };
    assert.equal(chosen(await ask(vouched, [user('alice', { upn: 'x@contoso.com', mail: null })])), 'oid-alice');
    assert.equal(chosen(await ask({ ...vouched, mail: address }, [user('alice'), user('bob', { mail: address })])), 'oid-alice');
    assert.equal(chosen(await ask(vouched, [user('alice', { enabled: false })])), 'oid-alice');
    assert.equal(chosen(await ask(vouched, [user('alice', { kind: 'guest' })])), 'oid-alice');
  });

  it('is nobody when the directory has no user of that object id, or when they are of another tenant', async () => {
    const vouched = { mail: null, oid: 'oid-alice' };
    assert.match(chosen(await ask(vouched, [user('bob', { mail: address })])), /no user with your object id oid-alice/);
    assert.match(chosen(await ask({ mail: address, oid: 'oid-gone' }, [user('alice')])), /no user with your object id oid-gone/);
    const foreign = { mail: null, oid: null, outsider: 'stranger' } as const;
    assert.match(chosen(await ask(foreign, [user('alice')])), /another company's workspace/);
  });

  it('stays so for a door that an object id was vouched for', async () => {
    const door = { platform, team: 'T1', user: unique('U') };
    const users = [user('alice'), user('bob')];
    assert.equal(chosen(await ask({ mail: null, oid: 'oid-alice' }, users, { door })), 'oid-alice');
    const other = await ask({ mail: null, oid: 'oid-bob' }, users, { door });
    assert.ok('says' in other);
    assert.match(other.tellAdmins ?? '', /was bound to the object id oid-alice and now resolves to bob@contoso\.com \(oid-bob\)/);
  });

  it('is asked of each workspace apart', async () => {
    const user1 = unique('U');
    assert.equal(chosen(await ask({}, [user('alice')], { door: { platform, team: 'T1', user: user1 } })), 'oid-alice');
    assert.equal(
      chosen(await ask({}, [user('new', { mail: address })], { door: { platform, team: 'T2', user: user1 } })),
      'oid-new',
    );
  });

  it('is nobody on a platform that is not served', async () => {
    assert.match(
      chosen(await ask({}, [user('alice')], { door: { platform: 'post', team: 'T', user: 'U' } })),
      /does not serve this platform/,
    );
  });
});
