import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { clock } from '../../src/adapters/clock/clock.ts';
import { effectOf } from '../../src/core/cluster-auth/effect.ts';
import { remove } from '../../src/core/cluster-auth/json-text.ts';
import { isSpent, tokenLifeSeconds } from '../../src/core/cluster-auth/key-grace.ts';
import { meaningOf } from '../../src/core/cluster-auth/meaning.ts';
import { othersLosing } from '../../src/core/cluster-auth/others.ts';
import { type Known, repair, type Repair } from '../../src/core/cluster-auth/repair.ts';
import type { DesiredSettings } from '../../src/core/cluster-auth/settings-plan.ts';
import type { SettingName, Settings } from '../../src/core/cluster/cluster.ts';
import { literalRow, patternRow } from '../../src/core/identity/map-row.ts';
import { foreseeSignature } from '../../src/core/login/keys.ts';
import { decideClaims } from '../../src/core/login/login.ts';
import type { SettingStep } from '../../src/core/ports.ts';
import { k1, noon, stranger } from '../fakes/login-keys.ts';

const issuer = 'https://login.microsoftonline.com/T/v2.0';
const okta = 'https://okta.example.com';
const own = patternRow({ issuer, primaryDomain: 'contoso.com', forbidden: ['app'] });
const key = (kid: string, n = 'AQAB') => ({ kty: 'RSA', use: 'sig', kid, n, e: 'AQAB' });

const names = {
  map: 'server.identity_map.configuration',
  jwks: 'server.jwt_authentication.jwks',
  audience: 'server.jwt_authentication.audience',
  claim: 'server.jwt_authentication.claim',
  issuers: 'server.jwt_authentication.issuers',
  enabled: 'server.jwt_authentication.enabled',
  autoFetch: 'server.jwt_authentication.jwks_auto_fetch.enabled',
  roleSync: 'server.jwt_authentication.authorization.enabled',
} as const satisfies Record<string, SettingName>;
type Name = keyof typeof names;

const desired: DesiredSettings = {
  issuer,
  jwksUri: 'https://login.microsoftonline.com/T/discovery/v2.0/keys',
  audience: 'api://crdb',
  keys: [key('k1'), key('k2')],
  rows: [own],
  domains: { primary: 'contoso.com', others: [] },
  granting: null,
};
const nothing: Known = { spent: [], owners: [] };

const current: Readonly<Record<Name, string>> = {
  map: `${own}\n`,
  jwks: JSON.stringify({ keys: [key('k1'), key('k2')] }),
  audience: 'api://crdb',
  claim: 'upn',
  issuers: issuer,
  enabled: 'true',
  autoFetch: 'false',
  roleSync: 'false',
};
const settingsOf = (over: Partial<Record<Name, string>>): Settings =>
  Object.fromEntries(Object.entries({ ...current, ...over }).map(([name, text]) => [names[name as Name], text]));

const repaired = (over: Partial<Record<Name, string>>, known: Partial<Known> = {}): Promise<Repair> =>
  repair({ version: 'v25.4.0', settings: settingsOf(over), writable: true }, desired, { ...nothing, ...known }, clock.rest);

/** What each setting becomes. */
const after = ({ changes }: Repair): Readonly<Record<string, string>> =>
  Object.fromEntries(changes.map((step) => [step.setting, step.after]));
const codes = ({ byHand }: Repair): readonly string[] => byHand.map(({ code }) => code);

describe('what would make the settings right', () => {
  it('is nothing where all is as it should be, whatever certificates stand in our keys', async () => {
    const jwks = JSON.stringify({ keys: [{ ...key('k1'), x5c: ['MIIC'] }, key('k2')] });
    assert.deepEqual(await repaired({ jwks }), { changes: [], byHand: [], others: { loses: [], gains: [] }, notes: [] });
  });

  it('ends role sync before JWT login is switched on, and takes nobody’s login by it', async () => {
    const { changes, others } = await repaired({ roleSync: 'true', enabled: 'false' });
    assert.deepEqual(
      changes.map(({ setting, after: is }) => `${setting} ${is}`),
      [`${names.roleSync} false`, `${names.enabled} true`],
    );
    assert.deepEqual(others.loses, []);
  });

  it('writes the rows where our issuer has none; only by another claim than the UPN somebody came in without one', async () => {
    const bare = await repaired({ map: '' });
    assert.deepEqual(after(bare), { [names.map]: `${own}\n` });
    assert.deepEqual(bare.others.loses, []);
    assert.match(
      (await repaired({ map: '', claim: 'email' })).others.loses.join(),
      /everybody of https:\/\/login.*whose claim itself/,
    );
  });

  it('sets the claim, and says whose login that takes beside the people that are known', async () => {
    const bySubject = await repaired({ claim: '' });
    assert.deepEqual(after(bySubject), { [names.claim]: 'upn' });
    assert.deepEqual(bySubject.others.loses, [], 'our rows let nobody in by the subject');
    assert.deepEqual((await repaired({ claim: 'sub' })).others.loses, []);
    assert.match((await repaired({ claim: 'email' })).others.loses.join(), /everybody of https:\/\/login.*by the claim `email`/);
    const shared = await repaired({ claim: '', issuers: JSON.stringify([issuer, okta]) });
    assert.match(shared.others.loses.join(), /everybody of https:\/\/okta\.example\.com.*subject/);
    const byHand = await repaired({ claim: '', map: `${own}\n${issuer} /^([a-z]+)$ \\1\n` });
    assert.match(byHand.others.loses.join(), /subject/, 'a row that somebody else wrote may let people in by it');
  });

  it('says who of other issuers could log in again once JWT login is on', async () => {
    assert.deepEqual((await repaired({ enabled: 'false', issuers: JSON.stringify([issuer, okta]) })).others.gains, [
      `everybody of ${okta} whom the cluster let in while JWT login was on`,
    ]);
  });

  it('takes out keys of ours that are spent, and nothing else of the text', async () => {
    const theirs = '{ "kid" : "okta", "kty":"RSA","n":"AQAB","e":"AQAB", "x5c":["a", "]"] }';
    const old = JSON.stringify(key('old'));
    const text = `{"keys": [ ${old} , ${theirs},\n${JSON.stringify(key('k1'))},${JSON.stringify(key('k2'))} ], "z": 1.0}`;
    const done = await repaired({ jwks: text }, { spent: [key('old')] });
    assert.equal(after(done)[names.jwks], text.replace(`${old} , `, ''));
    assert.match(done.notes.join(), /1 of the keys there were withdrawn by Entra so long ago/);
    const others = await repaired({ jwks: text }, { spent: [key('old', 'AAAA')] });
    assert.deepEqual(others.changes, [], 'a key of another’s under the same id stays');
    assert.deepEqual((await repaired({}, { spent: [key('k1')] })).changes, [], 'one that is published again is not spent');
    assert.deepEqual((await repaired({ jwks: text, autoFetch: 'true' }, { spent: [key('old')] })).changes, []);
    const bare = await repaired({ jwks: old }, { spent: [key('old')] });
    assert.deepEqual(JSON.parse(after(bare)[names.jwks] ?? ''), { keys: desired.keys });
  });

  it('leaves to people’s hands what it must not write over', async () => {
    assert.deepEqual(codes(await repaired({ jwks: JSON.stringify({ keys: [key('k1', 'AAAA'), key('k2')] }) })), ['key_conflict']);
    const redacted = await repaired({ map: '<redacted>', audience: 'another' });
    assert.deepEqual([codes(redacted), redacted.changes], [['redacted'], []]);
    assert.deepEqual(codes(await repaired({ issuers: '{"a":1}' })), ['unreadable']);
    const row = `${issuer} /^(.*)@contoso\\.com \\1`;
    const owners = [{ sqlUsername: 'alice', upn: 'alice@contoso.com' }];
    const open = await repaired({ map: `${own}\n${row}\n` }, { owners });
    assert.deepEqual(codes(open), ['foreign_row']);
    assert.match(open.byHand[0]?.says ?? '', /could give somebody’s SQL user to somebody else: line 2/);
    assert.ok(!(open.byHand[0]?.sql[0] ?? '').includes(row.replaceAll("'", "''")));
    assert.deepEqual(open.changes, [], 'and the row itself stays');
  });

  it('keeps every line, key, issuer and audience of others byte for byte, and has nothing left to do after it', async () => {
    const blank = fc.stringMatching(/^[ \t]{0,3}$/);
    const line = fc.oneof(
      fc.tuple(blank, fc.constantFrom('a', 'b.c'), blank).map(([x, who, y]) => `${x}${okta} \t${who}@okta ${who}${y}`),
      fc.tuple(blank, fc.stringMatching(/^[ -~é]{0,12}$/)).map(([x, says]) => `${x}# ${says}`),
      blank,
      fc.constantFrom(own, literalRow({ issuer, upn: 'gone@contoso.com', user: 'gone' })),
    );
    const isOwn = (text: string): boolean => text.startsWith(issuer);
    const odd = fc.record({ kid: fc.stringMatching(/^p[a-z]{1,4}$/), extra: fc.jsonValue(), gap: blank });
    const theirKey = odd.map(
      ({ kid, extra, gap }) =>
        `{${gap}"kid" :"${kid}","kty":"RSA","n":"AQAB",${gap}"e":"AQAB", "note":${JSON.stringify(extra)}${gap}}`,
    );
    const ourKey = fc.constantFrom(
      JSON.stringify(key('k1')),
      JSON.stringify(key('old')),
      `{ "x5c":["M"],${JSON.stringify(key('k2')).slice(1)}`,
    );
    const list = fc.array(fc.constantFrom(okta, 'https://ping.example/', 'urn:x'), { maxLength: 3 });
    const spaced = fc
      .tuple(list, blank)
      .map(([items, gap]) => `[${gap}${items.map((one) => JSON.stringify(one)).join(`${gap},`)}${gap}]`);
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 8 }),
        fc.array(
          fc.oneof(
            theirKey.map((text) => ({ text, theirs: true })),
            ourKey.map((text) => ({ text, theirs: false })),
          ),
          {
            maxLength: 5,
          },
        ),
        spaced,
        spaced,
        fc.constantFrom('', 'sub', 'email', 'upn'),
        async (lines, keys, issuers, audience, claim) => {
          const over = {
            map: lines.join('\n'),
            jwks: `{ "a":[1],"keys" : [ ${keys.map(({ text }) => text).join(' , ')} ]\n}`,
            issuers,
            audience,
            claim,
          };
          const known = { spent: [key('old')] };
          const done = after(await repaired(over, known));
          const texts = { ...settingsOf(over), ...done };
          const kept = (texts[names.map] ?? '').split('\n').filter((one) => !isOwn(one));
          assert.deepEqual(
            kept.filter((one) => one !== ''),
            lines.filter((one) => !isOwn(one) && one !== ''),
          );
          let from = 0;
          for (const { text } of keys.filter(({ theirs }) => theirs)) {
            from = (texts[names.jwks] ?? '').indexOf(text, from);
            assert.notEqual(from, -1, `${text} in ${texts[names.jwks]}`);
            from += text.length;
          }
          assert.ok((texts[names.jwks] ?? '').startsWith('{ "a":[1],"keys" : ['));
          assert.ok(!(texts[names.jwks] ?? '').includes('"kid":"old"'));
          for (const name of [names.issuers, names.audience] as const) {
            const was = (name === names.issuers ? issuers : audience).replace(/[ \t]*\]$/, '');
            assert.ok((texts[name] ?? '').startsWith(was), `${texts[name]} begins with ${was}`);
          }
          const again = await repair(
            { version: 'v25.4.0', settings: texts, writable: true },
            desired,
            { ...nothing, ...known },
            clock.rest,
          );
          assert.deepEqual(again.changes, [], 'nothing is left to do');
        },
      ),
      { numRuns: 1500 },
    );
  });
});

describe('taking elements out of a JSON text', () => {
  it('leaves every other byte between them', () => {
    const value = fc.jsonValue().map((one) => JSON.stringify(one));
    const gap = fc.stringMatching(/^[ \n\t]{0,2}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(gap, value, gap), { maxLength: 6 }), fc.array(fc.nat(7)), (items, places) => {
        const text = `{"x":[[]], "keys": [${items.map((one) => one.join('')).join(',')}] , "y":"]"}`;
        const gone = new Set(places);
        const left = remove(text, ['keys'], gone);
        assert.ok(left !== null);
        const parsed = JSON.parse(left) as { keys: unknown[]; y: string };
        assert.deepEqual(
          parsed.keys,
          (JSON.parse(text) as { keys: unknown[] }).keys.filter((_, i) => !gone.has(i)),
        );
        assert.ok(left.startsWith('{"x":[[]], "keys": [') && left.endsWith('] , "y":"]"}'));
        if (items.every((_, i) => !gone.has(i))) assert.equal(left, text);
      }),
      { numRuns: 2000 },
    );
    assert.equal(remove('{"keys":null}', ['keys'], new Set([0])), null);
    assert.equal(remove('[ 1 , 2 ,3 ]', [], new Set([1])), '[ 1 , 3 ]');
    assert.equal(remove('[ 1 , 2 ,3 ]', [], new Set([1, 2])), '[ 1 ]');
    assert.equal(remove('[ 1 , 2 ]', [], new Set([0, 1])), '[  ]');
  });
});

describe('who a change lets in or shuts out', () => {
  const people = ['alice', 'bob', "o'brien", 'carol'].map((name) => ({
    sqlUsername: name.replace("'", ''),
    person: {
      oid: `oid-${name}`,
      upn: `${name}@contoso.com`,
      displayName: name,
      mail: null,
      enabled: true,
      kind: 'member' as const,
    },
  }));
  /** A second key of the algorithm that Entra signs with. */
  const k2 = { jwk: { ...stranger.jwk, kid: 'test_kid2' } };
  const policy = { api: { audience: 'api://crdb', scope: '', tokenVersion: 'v2' as const } };
  const published = { issuer, jwksUri: '', keys: [k1.jwk, k2.jwk] };
  const users = people.map(({ sqlUsername: name }) => ({ name, canLogin: name !== 'carol', options: [], memberOf: [] }));
  const maps = ['', own, ...people.map(({ person, sqlUsername: user }) => literalRow({ issuer, upn: person.upn, user }))];
  const texts = {
    [names.map]: fc.subarray(maps).map((rows) => rows.join('\n')),
    [names.jwks]: fc.subarray([k1.jwk, k2.jwk]).map((keys) => JSON.stringify({ keys })),
    [names.claim]: fc.constantFrom('upn', 'upn', 'email'),
    [names.enabled]: fc.constantFrom('true', 'true', 'false'),
    [names.audience]: fc.constantFrom('api://crdb', '["x","api://crdb"]', 'x'),
    [names.issuers]: fc.constantFrom(issuer, `["${okta}","${issuer}"]`, okta),
  };

  it('is what each login comes to before and after, by each key that may sign it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.record(texts), fc.record(texts), async (before, is) => {
        const steps = (Object.keys(texts) as (keyof typeof texts)[]).map(
          (setting): SettingStep => ({ setting, before: before[setting], after: is[setting] }),
        );
        const state = { version: 'v25.2.4', users, settings: before };
        const { loses, gains } = await effectOf({ state, steps, policy, published, people, now: noon, rest: clock.rest });
        const ok = async (settings: Settings, i: number, jwk: typeof k1.jwk): Promise<boolean> => {
          const one = people[i];
          assert.ok(one);
          const login = await decideClaims({
            version: 'v25.2.4',
            settings,
            users: Object.fromEntries(users.map(({ name, canLogin }) => [name, { login: canLogin }])),
            user: one.sqlUsername,
            now: noon,
            claims: { iss: issuer, aud: 'api://crdb', ver: '2.0', oid: one.person.oid, upn: one.person.upn },
            signature: foreseeSignature(settings[names.jwks] ?? '', [jwk]),
          });
          return login.ok;
        };
        for (const [i, { person }] of people.entries()) {
          const each = await Promise.all(
            published.keys.map(async (jwk) => ({ was: await ok(before, i, jwk), is: await ok(is, i, jwk) })),
          );
          const lost = each.some((one) => one.was && !one.is);
          const gained = !lost && each.some((one) => !one.was && one.is);
          assert.equal(loses.filter(({ upn }) => upn === person.upn).length, lost ? 1 : 0, `${person.upn} loses`);
          assert.equal(gains.filter(({ upn }) => upn === person.upn).length, gained ? 1 : 0, `${person.upn} gains`);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('is nobody where nothing changes, and says CockroachDB’s own error of whoever loses', async () => {
    const settings = { ...settingsOf({}), [names.jwks]: JSON.stringify({ keys: published.keys }) };
    const state = { version: 'v25.2.4', users, settings };
    const none = { state, steps: [], policy, published, people, now: noon, rest: clock.rest };
    assert.deepEqual(await effectOf(none), { loses: [], gains: [] });
    const steps = [{ setting: names.audience, before: 'api://crdb', after: 'x' }];
    const { loses } = await effectOf({ ...none, steps });
    assert.deepEqual(loses[0], {
      upn: 'alice@contoso.com',
      sqlUsername: 'alice',
      error: 'JWT authentication: invalid audience',
    });
  });

  it('counts others by their issuers when something is taken back', () => {
    const settings = settingsOf({ issuers: JSON.stringify([issuer, okta]) });
    const off: SettingStep = { setting: names.enabled, before: 'true', after: 'false' };
    const claim: SettingStep = { setting: names.claim, before: 'upn', after: '' };
    assert.deepEqual(othersLosing([off, claim], { settings }, issuer), [
      `everybody of ${okta}`,
      `everybody of ${okta} who logs in by the claim \`upn\``,
    ]);
    assert.deepEqual(othersLosing([off, claim], { settings: settingsOf({}) }, issuer), []);
  });
});

describe('a change by what it means', () => {
  it('is what goes and what comes', () => {
    const told = (setting: SettingName, before: string, is: string): unknown => {
      const { label, gone, come } = meaningOf({ setting, before, after: is });
      return [label, gone, come];
    };
    assert.deepEqual(told(names.claim, '', 'upn'), ['Claim', ['sub (nothing is set)'], ['upn']]);
    assert.deepEqual(told(names.enabled, 'f', 'true'), ['JWT login', ['off'], ['on']]);
    assert.deepEqual(told(names.issuers, 'a', '["a","b"]'), ['Issuers', [], ['b']]);
    assert.deepEqual(told(names.jwks, JSON.stringify(key('a')), JSON.stringify({ keys: [key('b')] })), [
      'Keys',
      ['key a'],
      ['key b'],
    ]);
    assert.deepEqual(told(names.map, '# x\nm a b', 'm  a   b\nm a b\n'), ['Identity map', [], ['a → b (m)']]);
    assert.deepEqual(told(names.map, 'm a b', 'm  a b'), [
      'Identity map',
      ['a text of 5 characters'],
      ['a text of 6 characters'],
    ]);
    assert.deepEqual(told(names.map, 'no map', ''), ['Identity map', ['a text of 6 characters'], ['a text of 0 characters']]);
  });
});

describe('a key that was withdrawn', () => {
  it('is spent once the longest token that it signed is over', () => {
    const goneSince = noon;
    const at = (seconds: number): Date => new Date(noon.getTime() + seconds * 1000);
    assert.equal(isSpent({ goneSince: null }, at(10 * tokenLifeSeconds)), false);
    assert.equal(isSpent({ goneSince }, at(tokenLifeSeconds)), false);
    assert.equal(isSpent({ goneSince }, at(tokenLifeSeconds + 1)), true);
  });
});
