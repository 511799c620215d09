/** Graph of the Entra stand-in. Page names are those of microsoftgraph/microsoft-graph-docs-contrib, api-reference/v1.0/api/ and concepts/. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { people } from '../../src/sandbox/people.ts';
import { type Answer, type Json, oidOf, type Rig, rig } from './entra-setup.ts';
import { guidOf } from '../../src/sandbox/entra/ids.ts';

let r: Rig;
let bearer: string;
const seen: string[] = [];
before(async () => {
  r = await rig({ watch: (when, what) => void seen.push(`${when} ${what}`) });
  bearer = await r.graphToken();
});
after(() => r.stop());

const get = (path: string): Promise<Answer> => r.get(`/v1.0${path}`, bearer);
const code = (answer: Answer): unknown => (answer.body['error'] as Json)['code'];
const rows = (answer: Answer): Json[] => answer.body['value'] as Json[];
const alice = oidOf('alice');
const bob = oidOf('bob');

test('a user comes with the default properties, accountEnabled and userType only when selected (user-get.md, "Optional query parameters")', async () => {
  const plain = (await get(`/users/${alice}`)).body;
  assert.equal(plain['userPrincipalName'], 'alice@contoso.com');
  assert.equal(plain['mail'], 'alice@contoso.com');
  assert.equal('accountEnabled' in plain || 'userType' in plain, false);
  const asked = (await get(`/users/${alice}?$select=id,accountEnabled,userType`)).body;
  assert.deepEqual(
    [asked['id'], asked['accountEnabled'], asked['userType'], asked['displayName']],
    [alice, true, 'Member', undefined],
  );
});

test('a user is found by UPN too, a guest with the hash encoded (user-get.md, tips)', async () => {
  assert.equal((await get("/users/o'brien@contoso.com")).body['displayName'], "Maeve O'Brien");
  const erin = await get('/users/erin_partner.example%23EXT%23@contoso.com?$select=userType,mail');
  assert.deepEqual([erin.body['userType'], erin.body['mail']], ['Guest', 'erin@partner.example']);
});

test("a user that is not there is 404 Request_ResourceNotFound, with Graph's innerError (errors.md)", async () => {
  const answer = await get('/users/00000000-dead-4bbb-8ccc-000000000000');
  assert.equal(answer.status, 404);
  assert.equal(code(answer), 'Request_ResourceNotFound');
  const inner = (answer.body['error'] as Json)['innerError'] as Json;
  assert.equal(typeof inner['request-id'], 'string');
});

test('users are filtered by mail or UPN, without regard to case, with quotes doubled (filter-query-parameter.md; query-parameters.md, "Escaping single quotes")', async () => {
  const by = async (filter: string): Promise<unknown[]> =>
    rows(await get(`/users?$filter=${encodeURIComponent(filter)}`)).map((u) => u['userPrincipalName']);
  assert.deepEqual(await by("mail eq 'ALICE@contoso.com' or userPrincipalName eq 'alice@contoso.com'"), ['alice@contoso.com']);
  assert.deepEqual(await by("userPrincipalName eq 'o''brien@contoso.com'"), ["o'brien@contoso.com"]);
  assert.deepEqual(await by(`id in ('${alice}', '${bob}')`), ['alice@contoso.com', 'bob@contoso.com']);
  assert.deepEqual(await by("mail eq 'nobody@contoso.com'"), []);
});

test('what cannot be filtered is 400, and so are a broken filter and more than 15 values (filter-query-parameter.md, note on "in")', async () => {
  const refused = async (filter: string): Promise<unknown[]> => {
    const answer = await get(`/users?$filter=${encodeURIComponent(filter)}`);
    return [answer.status, code(answer)];
  };
  assert.deepEqual(await refused("nickname eq 'x'"), [400, 'Request_UnsupportedQuery']);
  assert.deepEqual(await refused("mail eq 'o'brien@contoso.com'"), [400, 'BadRequest']);
  assert.deepEqual(await refused("startswith(mail,'a')"), [400, 'BadRequest']);
  assert.deepEqual(await refused(`id in (${Array.from({ length: 16 }, () => `'${alice}'`).join(',')})`), [400, 'BadRequest']);
});

test('a list is paged by $top and goes on at @odata.nextLink (paging.md)', async () => {
  const found: unknown[] = [];
  let next: string | undefined = '/users?$top=4&$select=id';
  let pages = 0;
  for (; next !== undefined; pages += 1) {
    const answer: Answer = await get(next);
    found.push(...rows(answer).map((u) => u['id']));
    const link = answer.body['@odata.nextLink'] as string | undefined;
    next = link?.slice(`${r.entra.graphUrl}/v1.0`.length);
  }
  assert.equal(pages, 3);
  assert.deepEqual(
    found,
    people.map((p) => p.oid),
  );
});

test("a page has 100 users unless $top says otherwise, and never more than 999 (paging.md; Graph's own refusal of more)", async () => {
  const size = async (query: string): Promise<number> => rows(await get(`/users?$select=id${query}`)).length;
  const refused = async (top: string): Promise<unknown> => (await get(`/users?$top=${top}`)).status;
  for (const top of ['1000', '0', '-1', '1.5', 'all']) assert.equal(await refused(top), 400, top);
  for (let n = 0; n < 120; n += 1) r.entra.people.addUser({ upn: `paged${n}@contoso.com`, name: `Paged ${n}` });
  const all = people.length + 120;
  assert.deepEqual([await size(''), await size('&$top=999'), await size('&$top=7')], [100, all, 7]);
  assert.equal((await get('/users?$skiptoken=x')).status, 400);
  for (let n = 0; n < 120; n += 1) r.entra.people.removeUser(guidOf(`user paged${n}@contoso.com`));
});

test('app role assignments name role and resource; those of groups count for direct members only (user-list-approleassignments.md)', async () => {
  const [team, above] = ['aaaaaaaa-1111-4111-8111-000000000001', 'aaaaaaaa-1111-4111-8111-000000000002'];
  const sp = (await get(`/servicePrincipals(appId='${r.entra.clientId}')`)).body;
  const id = (value: string): unknown => (sp['appRoles'] as Json[]).find((role) => role['value'] === value)?.['id'];
  const held = async (oid: string): Promise<unknown[]> =>
    rows(await get(`/users/${oid}/appRoleAssignments?$filter=resourceId eq ${String(sp['id'])}`.replaceAll(' ', '%20'))).map(
      (a) => a['appRoleId'],
    );
  assert.deepEqual(await held(alice), [id('Crdb.Request')]);
  r.entra.people.addToGroup(alice, team);
  r.entra.people.addToGroup(team, above);
  r.entra.people.assignRole(team, 'Crdb.Approve');
  r.entra.people.assignRole(above, 'Crdb.Admin');
  assert.deepEqual(await held(alice), [id('Crdb.Request'), id('Crdb.Approve')]);
  r.entra.people.removeRole(team, 'Crdb.Approve');
  assert.deepEqual(await held(alice), [id('Crdb.Request')]);
  const all = rows(await get(`/users/${alice}/appRoleAssignments`));
  assert.ok(
    all.some((a) => a['resourceId'] !== sp['id']),
    'assignments to other resources are listed too',
  );
});

test('checkMemberGroups is transitive, takes 20 groups and no more (directoryobject-checkmembergroups.md)', async () => {
  const [team, above, other] = [
    'bbbbbbbb-1111-4111-8111-000000000001',
    'bbbbbbbb-1111-4111-8111-000000000002',
    'bbbbbbbb-1111-4111-8111-000000000003',
  ];
  r.entra.people.addToGroup(bob, team);
  r.entra.people.addToGroup(team, above);
  const check = (groupIds: unknown): Promise<Answer> =>
    r.post(`/v1.0/users/${bob}/checkMemberGroups`, JSON.stringify({ groupIds }), { authorization: `Bearer ${bearer}` });
  assert.deepEqual((await check([above, other])).body['value'], [above]);
  assert.equal((await check(Array.from({ length: 21 }, () => team))).status, 400);
  assert.equal((await check(['not a guid'])).status, 400);
  r.entra.people.removeFromGroup(bob, team);
  assert.deepEqual((await check([above])).body['value'], []);
});

test("a group's members are listed, direct or with those of the groups in it, each with its kind; one that is not there is 404 (group-list-members.md, group-list-transitivemembers.md)", async () => {
  const [team, above] = ['dddddddd-1111-4111-8111-000000000001', 'dddddddd-1111-4111-8111-000000000002'];
  r.entra.people.addToGroup(bob, team);
  r.entra.people.addToGroup(team, above);
  r.entra.people.addToGroup(alice, above);
  const listed = async (path: string): Promise<unknown[]> => rows(await get(`/groups/${above}/${path}`));
  assert.deepEqual(await listed('members?$select=id'), [
    { '@odata.type': '#microsoft.graph.group', id: team },
    { '@odata.type': '#microsoft.graph.user', id: alice },
  ]);
  const ids = async (path: string): Promise<string[]> =>
    (await listed(path)).map((row) => String((row as Json)['id'])).toSorted();
  assert.deepEqual(await ids('transitiveMembers'), [alice, bob, team].toSorted());
  const paged = await get(`/groups/${above}/transitiveMembers?$select=id&$top=2`);
  assert.equal(rows(paged).length, 2);
  assert.match(String(paged.body['@odata.nextLink']), /transitiveMembers\?.*skiptoken/);
  const gone = await get('/groups/dddddddd-1111-4111-8111-0000000000ff/members');
  assert.deepEqual([gone.status, code(gone)], [404, 'Request_ResourceNotFound']);
});

test('who was assigned roles of an app is listed with the kind of principal, not to be filtered by role (serviceprincipal-list-approleassignedto.md, resources/approleassignment.md)', async () => {
  const team = 'eeeeeeee-1111-4111-8111-000000000001';
  r.entra.people.addToGroup(alice, team);
  r.entra.people.assignRole(team, 'Crdb.Admin');
  const sp = (await get(`/servicePrincipals(appId='${r.entra.clientId}')`)).body;
  const roleId = (sp['appRoles'] as Json[]).find((role) => role['value'] === 'Crdb.Admin')?.['id'];
  const admins = rows(await get(`/servicePrincipals/${String(sp['id'])}/appRoleAssignedTo`)).filter(
    (a) => a['appRoleId'] === roleId,
  );
  const kinds = admins.map((a) => `${String(a['principalType'])} ${String(a['principalId'])}`);
  assert.ok(kinds.includes(`Group ${team}`) && kinds.includes(`User ${oidOf('carol')}`), kinds.join());
  r.entra.people.removeRole(team, 'Crdb.Admin');
  const filtered = await get(
    `/servicePrincipals/${String(sp['id'])}/appRoleAssignedTo?$filter=appRoleId%20eq%20${String(roleId)}`,
  );
  assert.deepEqual([filtered.status, code(filtered)], [400, 'Request_UnsupportedQuery']);
  assert.equal((await get(`/servicePrincipals/${alice}/appRoleAssignedTo`)).status, 404);
});

test('a service principal is found by appId, alone or by filter (serviceprincipal-get.md)', async () => {
  const one = await get(`/servicePrincipals(appId='${r.entra.clientId}')?$select=id,appRoles`);
  assert.deepEqual(Object.keys(one.body).sort(), ['@odata.context', 'appRoles', 'id']);
  const filtered = await get(`/servicePrincipals?$filter=${encodeURIComponent(`appId eq '${r.entra.clientId}'`)}`);
  assert.deepEqual(
    rows(filtered).map((sp) => sp['id']),
    [one.body['id']],
  );
  assert.equal((await get("/servicePrincipals(appId='11111111-1111-4111-8111-111111111111')")).status, 404);
});

test('no token, a token for another audience, an expired one and a forged one are 401 InvalidAuthenticationToken (resolve-auth-errors.md)', async () => {
  const late = r.entra.tokenFor('alice@contoso.com', { lifetimeSeconds: -1, claims: { aud: 'https://graph.microsoft.com' } });
  const forged = `${bearer.slice(0, -8)}AAAAAAAA`;
  for (const token of [undefined, r.entra.tokenFor('alice@contoso.com'), late, forged]) {
    const answer = await r.get(`/v1.0/users/${alice}`, token);
    assert.deepEqual([answer.status, code(answer)], [401, 'InvalidAuthenticationToken']);
  }
});

test('without the permission a call is 403 Authorization_RequestDenied, each call with its own (the table "Permissions" of each page)', async () => {
  r.entra.bot.graphPermissions = ['User.Read.All'];
  const narrow = await r.graphToken();
  assert.equal((await r.get(`/v1.0/users/${alice}`, narrow)).status, 200);
  for (const path of [
    `/v1.0/servicePrincipals(appId='${r.entra.clientId}')`,
    `/v1.0/servicePrincipals/${alice}/appRoleAssignedTo`,
    `/v1.0/users/${alice}/appRoleAssignments`,
    `/v1.0/groups/${alice}/members`,
    `/v1.0/groups/${alice}/transitiveMembers`,
  ]) {
    const answer = await r.get(path, narrow);
    assert.deepEqual([answer.status, code(answer)], [403, 'Authorization_RequestDenied'], path);
  }
  r.entra.bot.graphPermissions = ['User.Read.All', 'GroupMember.Read.All'];
  const both = await r.graphToken();
  const check = await r.post(`/v1.0/users/${bob}/checkMemberGroups`, '{"groupIds":[]}', { authorization: `Bearer ${both}` });
  assert.equal(check.status, 200);
  r.entra.bot.graphPermissions = ['Directory.Read.All'];
});

test('throttled, Graph says 429 with Retry-After (throttling.md); down, the connection breaks; the authority answers on', async () => {
  r.entra.fault('429');
  const throttled = await get(`/users/${alice}`);
  assert.deepEqual([throttled.status, throttled.headers['retry-after'], code(throttled)], [429, '2', 'TooManyRequests']);
  r.entra.fault('down');
  await assert.rejects(get(`/users/${alice}`), { code: 'ECONNRESET' });
  assert.equal((await r.get(`/${r.entra.tenantId}/discovery/keys`)).status, 200);
  assert.ok((await r.graphToken()).length > 0);
  r.entra.fault('none');
  assert.equal((await get(`/users/${alice}`)).status, 200);
});

test('a test can look at every call, before and after', async () => {
  seen.length = 0;
  await get(`/users/${alice}`);
  assert.deepEqual(seen, ['before GET /users/{id}', 'after GET /users/{id}']);
});

test('stopping ends a call that the fault slow holds, at once', async () => {
  r.entra.fault('slow');
  seen.length = 0;
  const held = assert.rejects(get(`/users/${alice}`));
  while (seen.length === 0) await new Promise((go) => setTimeout(go, 10));
  const began = Date.now();
  await r.restart();
  await held;
  assert.ok(Date.now() - began < 1500);
});
