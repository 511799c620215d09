import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { after, before, test } from 'node:test';
import { guidOf } from '../../src/sandbox/entra/ids.ts';
import { startEntra } from '../../src/sandbox/entra/start.ts';
import { people } from '../../src/sandbox/people.ts';
import { oidOf } from '../sandbox/entra-setup.ts';
import { type Bot, type EntraRig, entraRig, json, withServer } from './entra-rig.ts';

let r: EntraRig;
let bot: Bot;
before(async () => {
  r = await entraRig();
  bot = r.bot();
});
after(() => r.stop());

const role = (value: string) => ({ kind: 'app_role', value }) as const;
const group = (id: string) => ({ kind: 'group', id }) as const;

test('a person is read by object id, with what decisions need', async () => {
  assert.deepEqual(await bot.directory.userById(oidOf('alice')), {
    oid: oidOf('alice'),
    upn: 'alice@contoso.com',
    displayName: 'Alice Park',
    mail: 'alice@contoso.com',
    enabled: true,
    kind: 'member',
  });
  assert.equal((await bot.directory.userById(oidOf('erin')))?.kind, 'guest');
  assert.equal((await bot.directory.userById(oidOf('frank')))?.enabled, false);
});

test('an object id that nobody has is nobody, and a UPN in its place is nobody too', async () => {
  assert.equal(await bot.directory.userById('00000000-dead-4bbb-8ccc-000000000000'), null);
  assert.equal(await bot.directory.userById('alice@contoso.com'), null);
  assert.equal(await bot.directory.userById('../groups'), null);
});

test('a person is found by mail or UPN, without regard to case, with a quote or a hash in it', async () => {
  const oids = async (address: string): Promise<string[]> => (await bot.directory.usersByAddress(address)).map((u) => u.oid);
  assert.deepEqual(await oids('ALICE@Contoso.com'), [oidOf('alice')]);
  assert.deepEqual(await oids("o'brien@contoso.com"), [oidOf('obrien')]);
  assert.deepEqual(await oids('erin_partner.example#EXT#@contoso.com'), [oidOf('erin')]);
  assert.deepEqual(await oids('erin@partner.example'), [oidOf('erin')]);
  assert.deepEqual(await oids('nobody@contoso.com'), []);
});

test('everybody with the address is found, so that the caller can refuse', async () => {
  r.standIn.people.setMail(oidOf('dave'), 'alice@contoso.com');
  assert.deepEqual(
    (await bot.directory.usersByAddress('alice@contoso.com')).map((u) => u.oid),
    [oidOf('alice'), oidOf('dave')],
  );
  r.standIn.people.setMail(oidOf('dave'), 'dave@contoso.com');
});

test('nothing in an address gets out of the filter', async () => {
  for (const address of [
    "x'or(mail)eq'bob@contoso.com",
    "x' or userPrincipalName eq 'bob@contoso.com",
    "x'&$filter=mail%20eq%20'bob@contoso.com",
    "' or id ne '@x",
    'bob@contoso.com\n',
    '@',
    '',
    `${'a'.repeat(400)}@contoso.com`,
  ]) {
    assert.deepEqual(await bot.directory.usersByAddress(address), [], address);
  }
});

test('many are read at once, those that are gone are missing', async () => {
  const more = Array.from(
    { length: 40 },
    (_, n) => r.standIn.people.addUser({ upn: `many${n}@contoso.com`, name: `Many ${n}` }).oid,
  );
  const gone = more[7] ?? '';
  r.standIn.people.removeUser(gone);
  const found = await bot.directory.usersById([...more, ...more, 'no id', oidOf('alice').toUpperCase()]);
  assert.equal(found.size, 40);
  assert.equal(found.has(gone), false);
  assert.equal(found.get(oidOf('alice'))?.upn, 'alice@contoso.com');
  assert.equal((await bot.directory.usersById([])).size, 0);
});

test('a list is read to its last page', async () => {
  for (let n = 0; n < 130; n += 1)
    r.standIn.people.addUser({ upn: `crowd${n}@contoso.com`, name: 'Crowd', mail: 'crowd@contoso.com' });
  assert.equal((await bot.directory.usersByAddress('crowd@contoso.com')).length, 130);
  for (let n = 0; n < 130; n += 1) r.standIn.people.assignRole(oidOf('bob'), `Crowd.${n}`);
  assert.equal(await bot.directory.holds(oidOf('bob'), role('Crowd.129')), true);
});

test('an app role is held by whoever it was assigned to, or a group that they are a direct member of', async () => {
  const [team, above] = ['aaaaaaaa-1111-4111-8111-000000000001', 'aaaaaaaa-1111-4111-8111-000000000002'];
  assert.equal(await bot.directory.holds(oidOf('alice'), role('Crdb.Request')), true);
  assert.equal(await bot.directory.holds(oidOf('dave'), role('Crdb.Request')), false);
  r.standIn.people.addToGroup(oidOf('dave'), team);
  r.standIn.people.addToGroup(team, above);
  r.standIn.people.assignRole(above, 'Crdb.Request');
  assert.equal(await bot.directory.holds(oidOf('dave'), role('Crdb.Request')), false);
  r.standIn.people.assignRole(team, 'Crdb.Request');
  assert.equal(await bot.directory.holds(oidOf('dave'), role('Crdb.Request')), true);
  r.standIn.people.removeRole(team, 'Crdb.Request');
  assert.equal(await bot.directory.holds(oidOf('dave'), role('Crdb.Request')), false);
});

test('a role that is disabled is held by nobody; a value in other letters is another role', async () => {
  r.standIn.people.setRoleEnabled('Crdb.Billing.Request', false);
  assert.equal(await bot.directory.holds(oidOf('carol'), role('Crdb.Billing.Request')), false);
  r.standIn.people.setRoleEnabled('Crdb.Billing.Request', true);
  assert.equal(await bot.directory.holds(oidOf('carol'), role('Crdb.Billing.Request')), true);
  await assert.rejects(bot.directory.holds(oidOf('carol'), role('crdb.billing.request')), { code: 'directory_refused' });
});

test("a role that does not exist, and an app that does not, are the operator's to correct", async () => {
  await assert.rejects(bot.directory.holds(oidOf('alice'), role('Crdb.Nope')), {
    code: 'directory_refused',
    retry: 'never',
    message: /no app role Crdb\.Nope/,
  });
  const elsewhere = r.bot({ appRolesOf: '11111111-1111-4111-8111-111111111111' });
  await assert.rejects(elsewhere.directory.holds(oidOf('alice'), role('Crdb.Request')), {
    code: 'directory_refused',
    message: /app_roles_of/,
  });
});

test('roles of another app do not count', async () => {
  const ofApi = r.bot({ appRolesOf: r.standIn.audience });
  await assert.rejects(ofApi.directory.holds(oidOf('alice'), role('Crdb.Request')), { code: 'directory_refused' });
});

test('a group has its members and those of the groups in it; one that is gone has none', async () => {
  const [team, above] = ['cccccccc-1111-4111-8111-000000000001', 'cccccccc-1111-4111-8111-000000000002'];
  r.standIn.people.addToGroup(oidOf('bob'), team);
  r.standIn.people.addToGroup(team, above);
  assert.equal(await bot.directory.holds(oidOf('bob'), group(above.toUpperCase())), true);
  assert.equal(await bot.directory.holds(oidOf('alice'), group(above)), false);
  assert.equal(await bot.directory.holds(oidOf('bob'), group('cccccccc-1111-4111-8111-0000000000ff')), false);
});

/** Graph calls that `work` makes, by name. */
async function callsOf(work: () => Promise<unknown>): Promise<string[]> {
  const seen: string[] = [];
  r.watch = (when, what) => void (when === 'before' && seen.push(what));
  await work();
  r.watch = () => undefined;
  return seen.sort();
}

test('many criteria are looked at in a few calls, and the very objects that are met come back', async () => {
  const groups = Array.from({ length: 45 }, (_, n) => group(`abababab-1111-4111-8111-0000000000${String(n + 10)}`));
  for (const n of [0, 19, 20, 44]) r.standIn.people.addToGroup(oidOf('carol'), groups[n]?.id ?? '');
  const roles = ['Crdb.Request', 'Crdb.Approve', 'Crdb.Admin', 'Crdb.Billing.Request'].map(role);
  r.standIn.people.setRoleEnabled('Crdb.Admin', false);
  const wanted = [...roles, ...groups, group((groups[44]?.id ?? '').toUpperCase())];
  let met: ReadonlySet<unknown> = new Set();
  const calls = await callsOf(async () => {
    met = await bot.directory.held(oidOf('carol'), wanted);
  });
  r.standIn.people.setRoleEnabled('Crdb.Admin', true);
  assert.deepEqual(
    wanted.flatMap((one, i) => (met.has(one) ? [i] : [])),
    [0, 1, 3, 4, 23, 24, 48, 49],
  );
  assert.deepEqual(calls, [
    'GET /servicePrincipals(appId)',
    'GET /users/{id}/appRoleAssignments',
    ...Array.from({ length: 3 }, () => 'POST /users/{id}/checkMemberGroups'),
  ]);
  assert.deepEqual(await callsOf(() => bot.directory.held(oidOf('carol'), [])), []);
});

test('among many criteria, a role that does not exist is held by nobody and said to the operator; somebody who is gone holds nothing', async () => {
  r.logged.length = 0;
  const [there, absent] = [role('Crdb.Request'), role('Crdb.Nope')];
  assert.deepEqual([...(await bot.directory.held(oidOf('alice'), [absent, there]))], [there]);
  assert.deepEqual([...(await bot.directory.held(oidOf('alice'), [absent, there]))], [there]);
  assert.equal(r.logged.length, 1, 'said once, not with every look');
  assert.match(r.logged.join('\n'), /has no app role Crdb\.Nope/);
  const gone = '00000000-dead-4bbb-8ccc-000000000000';
  assert.equal((await bot.directory.held(gone, [there, group(gone)])).size, 0);
  assert.equal((await bot.directory.held('alice@contoso.com', [there])).size, 0);
});

test('whether another holds an app role: enabled users, assigned to themselves or through a group that they are a direct member of', async () => {
  const { people } = r.standIn;
  const [team, above] = ['adadadad-1111-4111-8111-000000000001', 'adadadad-1111-4111-8111-000000000002'];
  people.assignRole(oidOf('carol'), 'Only.Carol');
  const only = role('Only.Carol');
  assert.equal(await bot.directory.heldByAnother(only, oidOf('carol').toUpperCase()), false);
  assert.equal(await bot.directory.heldByAnother(only, oidOf('bob')), true);
  people.assignRole(oidOf('frank'), 'Only.Carol'); // disabled
  assert.equal(await bot.directory.heldByAnother(only, oidOf('carol')), false);
  people.addToGroup(oidOf('bob'), team);
  people.addToGroup(team, above);
  people.assignRole(above, 'Only.Carol');
  assert.equal(await bot.directory.heldByAnother(only, oidOf('carol')), false, 'members of a nested group do not hold it');
  people.addToGroup(oidOf('bob'), above);
  assert.equal(await bot.directory.heldByAnother(only, oidOf('carol')), true);
  people.setEnabled(oidOf('bob'), false);
  assert.equal(await bot.directory.heldByAnother(only, oidOf('carol')), false);
  people.setEnabled(oidOf('bob'), true);
  people.setRoleEnabled('Only.Carol', false);
  assert.equal(await bot.directory.heldByAnother(only, oidOf('carol')), false);
  await assert.rejects(bot.directory.heldByAnother(role('Crdb.Nope'), oidOf('carol')), { code: 'directory_refused' });
});

test('another holder is found on a later page, and no further page is read once one was found', async () => {
  const { people } = r.standIn;
  const last = people.addUser({ upn: 'last@contoso.com', name: 'Last' });
  for (let n = 0; n < 230; n += 1) {
    people.assignRole(people.addUser({ upn: `off${n}@contoso.com`, name: 'Off', enabled: false }).oid, 'Paged.Role');
  }
  assert.equal(await bot.directory.heldByAnother(role('Paged.Role'), oidOf('carol')), false);
  people.assignRole(last.oid, 'Paged.Role');
  assert.equal(await bot.directory.heldByAnother(role('Paged.Role'), oidOf('carol')), true);
  assert.equal(await bot.directory.heldByAnother(role('Paged.Role'), last.oid), false);
  people.assignRole(oidOf('carol'), 'Crdb.Request');
  const calls = await callsOf(() => bot.directory.heldByAnother(role('Crdb.Request'), oidOf('alice')));
  assert.deepEqual(calls, ['GET /servicePrincipals(appId)', 'GET /servicePrincipals/{id}/appRoleAssignedTo', 'GET /users']);
});

test('whether another is in a group: enabled users at any depth; a group that is gone or empty has nobody', async () => {
  const { people } = r.standIn;
  const [team, above] = ['afafafaf-1111-4111-8111-000000000001', 'afafafaf-1111-4111-8111-000000000002'];
  people.addToGroup(oidOf('carol'), above);
  people.addToGroup(team, above);
  people.addToGroup(oidOf('frank'), team); // disabled
  assert.equal(await bot.directory.heldByAnother(group(above), oidOf('carol')), false);
  assert.equal(await bot.directory.heldByAnother(group(above), oidOf('bob')), true);
  people.addToGroup(oidOf('bob'), team);
  assert.equal(await bot.directory.heldByAnother(group(above.toUpperCase()), oidOf('carol')), true);
  assert.equal(await bot.directory.heldByAnother(group('afafafaf-1111-4111-8111-0000000000ff'), oidOf('carol')), false);
  assert.equal(await bot.directory.heldByAnother(group('../users'), oidOf('carol')), false);
  for (const oid of [oidOf('bob'), oidOf('frank')]) people.removeFromGroup(oid, team);
  assert.equal(await bot.directory.heldByAnother(group(team), oidOf('carol')), false);
});

test('somebody who is gone holds nothing', async () => {
  const gone = '00000000-dead-4bbb-8ccc-000000000000';
  assert.equal(await bot.directory.holds(gone, role('Crdb.Request')), false);
  assert.equal(await bot.directory.holds(gone, group('cccccccc-1111-4111-8111-000000000001')), false);
  assert.equal(await bot.directory.holds('alice@contoso.com', role('Crdb.Request')), false);
});

test('everything is read now: a change in the directory is in the next answer', async () => {
  const { people } = r.standIn;
  people.setEnabled(oidOf('alice'), false);
  people.setUpn(oidOf('alice'), 'alice.park@contoso.com');
  people.removeRole(oidOf('alice'), 'Crdb.Request');
  const alice = await bot.directory.userById(oidOf('alice'));
  assert.deepEqual([alice?.enabled, alice?.upn], [false, 'alice.park@contoso.com']);
  assert.equal(await bot.directory.holds(oidOf('alice'), role('Crdb.Request')), false);
  people.setEnabled(oidOf('alice'), true);
  people.setUpn(oidOf('alice'), 'alice@contoso.com');
  people.assignRole(oidOf('alice'), 'Crdb.Request');
  assert.equal(await bot.directory.holds(oidOf('alice'), role('Crdb.Request')), true);
});

/** A bot whose Graph is at another address, with the real authority giving tokens for it. */
function botAt(graphBaseUrl: string): Bot {
  r.standIn.graphUrls.add(graphBaseUrl);
  return r.bot({ graphBaseUrl });
}

/** A bot whose Graph answers every call with this. */
const withGraph = (answer: unknown, use: (bot: Bot) => Promise<void>, status = 200): Promise<void> =>
  withServer(
    r.ca,
    (_, res) => json(res, status, answer),
    (url) => use(botAt(url)),
  );

test('a user without accountEnabled, as Graph gives one to an app that may not read it, is a fault and not a guess', async () => {
  const row = {
    id: oidOf('alice'),
    userPrincipalName: 'alice@contoso.com',
    displayName: 'Alice',
    mail: null,
    accountEnabled: null,
    userType: null,
  };
  await withGraph(row, async (b) => {
    await assert.rejects(b.directory.userById(oidOf('alice')), {
      code: 'directory_refused',
      message: /accountEnabled.*User\.Read\.All/,
    });
  });
  await withGraph({ ...row, accountEnabled: true }, async (b) => {
    assert.deepEqual(await b.directory.userById(oidOf('alice')), {
      oid: oidOf('alice'),
      upn: 'alice@contoso.com',
      displayName: 'Alice',
      mail: null,
      enabled: true,
      kind: 'member',
    });
  });
});

test('whoever Graph gives back without the address that was asked for does not count', async () => {
  const row = {
    id: oidOf('bob'),
    userPrincipalName: 'bob@contoso.com',
    displayName: 'Bob',
    mail: null,
    accountEnabled: true,
    userType: 'Member',
  };
  await withGraph({ value: [row] }, async (b) => {
    assert.deepEqual(await b.directory.usersByAddress('alice@contoso.com'), []);
  });
});

test('a next page at another address is not followed, and the token is not sent there', async () => {
  const elsewhere: string[] = [];
  await withServer(
    r.ca,
    (req, res) => {
      elsewhere.push(String(req.url));
      json(res, 200, { value: [] });
    },
    (other) =>
      withGraph({ value: [], '@odata.nextLink': `${other}/v1.0/users?$skiptoken=x` }, async (b) => {
        await assert.rejects(b.directory.usersByAddress('alice@contoso.com'), { code: 'directory_unavailable' });
      }),
  );
  assert.deepEqual(elsewhere, []);
});

test('a list that never ends, one without rows, and an answer that is no JSON are faults', async () => {
  await withServer(
    r.ca,
    (_, res, url) => json(res, 200, { value: [], '@odata.nextLink': `${url}/v1.0/users?$skiptoken=x` }),
    async (url) => assert.rejects(botAt(url).directory.usersByAddress('alice@contoso.com'), { code: 'directory_unavailable' }),
  );
  await withGraph({}, async (b) =>
    assert.rejects(b.directory.usersByAddress('alice@contoso.com'), { code: 'directory_unavailable' }),
  );
  await withServer(
    r.ca,
    (_, res) => void res.writeHead(200, { 'content-type': 'text/html' }).end('<html>sign in to the network</html>'),
    async (url) => assert.rejects(botAt(url).directory.userById(oidOf('alice')), { code: 'directory_unavailable' }),
  );
});

test("a 404 that is not Graph's own is a wrong address, not an absent person", async () => {
  await withGraph(
    { error: { code: 'NotFound', message: 'no' } },
    async (b) => {
      await assert.rejects(b.directory.userById(oidOf('alice')), { code: 'directory_refused', message: /GRAPH_BASE_URL/ });
    },
    404,
  );
});

async function everybody(b: Bot): Promise<readonly (readonly string[])[]> {
  const pages: string[][] = [];
  for await (const page of b.directory.everybody()) pages.push(page.map((user) => user.upn));
  return pages;
}

test('everybody is read in pages of 999, whoever they are, and from the beginning each time', async () => {
  const crowded = await startEntra({
    dir: `${r.dir}/crowd`,
    port: 0,
    authority: r.ca,
    log: () => undefined,
    crowd: {
      size: 2500,
      user: (n) => ({
        oid: guidOf(`crowd ${n}`),
        upn: `p${n}@contoso.com`,
        mail: null,
        name: `P ${n}`,
        enabled: true,
        kind: 'member',
      }),
    },
  });
  try {
    const { clientSecret, authority: authorityHost, graphUrl } = crowded;
    const b = r.bot({ clientSecret, authorityHost, graphBaseUrl: graphUrl });
    const [first, second] = [await everybody(b), await everybody(b)];
    assert.deepEqual(first.map((page) => page.length).slice(0, 2), [999, 999]);
    const upns = first.flat();
    assert.equal(new Set(upns).size, upns.length);
    for (const upn of ['alice@contoso.com', 'erin_partner.example#EXT#@contoso.com', 'p0@contoso.com', 'p2499@contoso.com'])
      assert.ok(upns.includes(upn), upn);
    assert.equal(upns.length, 2500 + people.length);
    assert.deepEqual(second, first);
  } finally {
    await crowded.stop();
  }
});

const aRow = (n: number) => ({
  id: guidOf(`row ${n}`),
  userPrincipalName: `row${n}@contoso.com`,
  displayName: `Row ${n}`,
  mail: null,
  accountEnabled: true,
  userType: 'Member',
});

/** A Graph of three pages of one user each; `before` may answer in its place. */
async function threePages(
  before: (page: number, res: ServerResponse, url: string) => boolean,
): Promise<readonly (readonly string[])[]> {
  return await withServer(
    r.ca,
    (req, res, url) => {
      const page = Number(/skiptoken=(\d)/.exec(String(req.url))?.[1] ?? 0);
      if (before(page, res, url)) return;
      const next = page < 2 ? { '@odata.nextLink': `${url}/v1.0/users?$skiptoken=${page + 1}` } : {};
      json(res, 200, { value: [aRow(page)], ...next });
    },
    (url) => everybody(botAt(url)),
  );
}

test('a page that is throttled is asked for again after Retry-After, and the others are not', async () => {
  const asked = [0, 0, 0];
  let refusedAt = 0;
  let waited = 0;
  const pages = await threePages((page, res) => {
    asked[page] = (asked[page] ?? 0) + 1;
    if (page !== 1) return false;
    if (asked[1] === 1) {
      refusedAt = performance.now();
      res.writeHead(429, { 'retry-after': '1', 'content-type': 'application/json' }).end('{"error":{"code":"TooManyRequests"}}');
      return true;
    }
    waited = performance.now() - refusedAt;
    return false;
  });
  assert.deepEqual(pages, [['row0@contoso.com'], ['row1@contoso.com'], ['row2@contoso.com']]);
  assert.deepEqual(asked, [1, 2, 1]);
  assert.ok(waited >= 990, `${waited}`);
});

test('a page of everybody that leads elsewhere, back to itself or nowhere is a fault, and the token stays here', async () => {
  const elsewhere: string[] = [];
  await withServer(
    r.ca,
    (req, res) => {
      elsewhere.push(String(req.url));
      json(res, 200, { value: [] });
    },
    async (other) => {
      const links: ((url: string) => unknown)[] = [
        () => `${other}/v1.0/users?$skiptoken=2`,
        (url) => url.replace('https://', 'https://x@evil.example:1/'),
        (url) => `${url}.evil.example/v1.0/users`,
        (url) => `${url}/v1.0/users?$skiptoken=1`,
        () => 7,
      ];
      for (const link of links) {
        const read = threePages((page, res, url) => {
          if (page !== 1) return false;
          json(res, 200, { value: [aRow(1)], '@odata.nextLink': link(url) });
          return true;
        });
        await assert.rejects(read, { code: 'directory_unavailable' });
      }
    },
  );
  assert.deepEqual(elsewhere, []);
});

test('one page at a time is read: the next one is asked for when the last one is done with', async () => {
  const asked: number[] = [];
  await withServer(
    r.ca,
    (req, res, url) => {
      const page = Number(/skiptoken=(\d)/.exec(String(req.url))?.[1] ?? 0);
      asked.push(page);
      json(res, 200, { value: [aRow(page)], '@odata.nextLink': `${url}/v1.0/users?$skiptoken=${page + 1}` });
    },
    async (url) => {
      for await (const _ of botAt(url).directory.everybody()) {
        if (asked.length === 3) break;
        assert.equal(asked.length, Math.max(...asked) + 1);
      }
    },
  );
  assert.deepEqual(asked, [0, 1, 2]);
});
