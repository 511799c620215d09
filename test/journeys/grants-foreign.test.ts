import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  ask,
  askAndApprove,
  jwt,
  logsIn,
  map,
  oidOf,
  requestOf,
  restart,
  set,
  setting,
  sqlUsers,
  until,
  withSpares,
} from './grants-rig.ts';
import { drive, type Driver } from './sandbox-driver.ts';

/** As other people's tools leave settings behind: comments, CRLF, blanks, odd spacing, no newline at the end. */
const others = {
  issuers: '[ "https://idp.example/a" ,\t"https://idp.example/b/" ]',
  audience: '[\n  "their-app"\n]',
  jwks: '{ "keys" : [ {"kty":"RSA", "kid":"theirs", "n":"AQAB", "e":"AQAB", "x5c":["MIIB"], "extra": {"a":[1, 2]}} ] , "note":"kept" }',
  map: '# their people\r\nhttps://idp.example/a  /^(.*)@idp\\.example$\t\\1 # by hand\r\n\r\nhttps://idp.example/b/ bot  batch_loader',
} as const;

let d: Driver;
let issuer: string;
let claimIs: string;
before(async () => {
  d = await drive({ people: withSpares('ann', 'ben', 'cat', 'dan'), env: { SWEEP_SECONDS: '1', RETRY_CAP_SECONDS: '1' } });
  issuer = (await d.sandbox.entra.discovery()).issuer;
  await d.root('CREATE USER batch_loader');
  await set(d, `${jwt}.issuers`, others.issuers);
  await set(d, `${jwt}.audience`, others.audience);
  await set(d, `${jwt}.jwks`, others.jwks);
  await set(d, map, others.map);
  claimIs = 'email';
  await set(d, `${jwt}.claim`, claimIs);
});
after(() => d.stop());

const waits = (who: string, code: string): Promise<void> =>
  until(`${who} waits for ${code}`, async () => JSON.stringify((await requestOf(d, who))['waiting']).includes(code));

describe('what stands in the way of a safe write', () => {
  test('another claim: nothing is written, the admins get the SQL and who would lose access, the requester hears of it', async () => {
    await askAndApprove(d, 'ann');
    await waits('ann', 'claim_differs');
    const alert = await d.sees('grace', (m) => m.text.includes('Needs an admin') && m.code.length > 0);
    assert.match(alert.code.join('\n'), /SET CLUSTER SETTING server\.jwt_authentication\.claim = 'upn';/);
    assert.match(alert.text, /Who would lose access: everybody of https:\/\/idp\.example\/a/);
    await d.sees('ann', (m) => m.ephemeral && m.text.includes('not ready yet') && m.text.includes('an admin, who has been told'));
    for (const [name, value] of Object.entries({
      [map]: others.map,
      [`${jwt}.issuers`]: others.issuers,
      [`${jwt}.enabled`]: 'false',
    }))
      assert.equal(await setting(d, name), value);
    assert.ok(!(await sqlUsers(d)).includes('ann'));
    assert.deepEqual(await d.store('SELECT * FROM ledger'), []);
  });

  test('once it is mended by hand the request goes on by itself, and what is others’ stays byte for byte', async () => {
    await set(d, `${jwt}.claim`, 'upn');
    await logsIn(d, 'ann');
    const now = {
      issuers: await setting(d, `${jwt}.issuers`),
      audience: await setting(d, `${jwt}.audience`),
      jwks: await setting(d, `${jwt}.jwks`),
      map: await setting(d, map),
    };
    // Everything of theirs up to where ours was added, and what closes the text after it.
    for (const [name, theirs] of Object.entries(others)) {
      const text = now[name as keyof typeof now];
      const kept = name === 'map' ? theirs : theirs.slice(0, Math.max(theirs.lastIndexOf('"') + 1, theirs.lastIndexOf('}}') + 2));
      if (name !== 'jwks') assert.ok(text.startsWith(kept), `${name}: ${JSON.stringify(text)}`);
      else
        assert.ok(
          text.startsWith(others.jwks.slice(0, others.jwks.indexOf('} ]') + 1)) && text.endsWith(' ] , "note":"kept" }'),
          text,
        );
    }
    assert.deepEqual(JSON.parse(now.issuers), ['https://idp.example/a', 'https://idp.example/b/', issuer]);
    assert.deepEqual(JSON.parse(now.audience), ['their-app', d.sandbox.facts.entra.audience]);
    assert.equal(
      now.map
        .slice(others.map.length)
        .split('\n')
        .filter((line) => line !== '').length,
      1,
      now.map,
    );
  });

  test('the admins hear that switching JWT login on counts for the others that are listed, too', async () => {
    await d.sees('grace', (m) => m.text.includes('JWT login is now on') && m.text.includes('https://idp.example/b/'));
  });

  test('their key with the id of one of ours: nothing is written over it', async () => {
    const before = await setting(d, `${jwt}.jwks`);
    const { keys } = JSON.parse(before) as { keys: { kid: string; n?: string }[] };
    const spoiled = before.replace(String(keys.at(-1)?.n), 'AQABAQAB');
    assert.notEqual(spoiled, before);
    await set(d, `${jwt}.jwks`, spoiled);
    await askAndApprove(d, 'ben');
    await waits('ben', 'key_conflict');
    assert.equal(await setting(d, `${jwt}.jwks`), spoiled);
    assert.ok(!(await sqlUsers(d)).includes('ben'));
    await set(d, `${jwt}.jwks`, before);
    await logsIn(d, 'ben');
  });
});

describe('without a settings credential', () => {
  test('the admins get every statement that is lacking; once root has run them the request goes on', async () => {
    await restart(d, {
      policy: (text) => text.replace(/ *settings_credential: .*\n/, ''),
      without: ['CRDB_PROD_SETTINGS_URL'],
    });
    // Needs no write: nothing is asked of anybody.
    await askAndApprove(d, 'cat');
    await logsIn(d, 'cat');
    const audience = await setting(d, `${jwt}.audience`);
    await set(d, `${jwt}.audience`, 'their-app');
    await askAndApprove(d, 'dan');
    await waits('dan', 'no_credential');
    const alert = await d.sees('grace', (m) => m.text.includes('no settings credential') && m.text.includes('Person dan'));
    const statements = alert.code.join('\n').split(/(?<=;)\n/);
    assert.deepEqual(
      statements.map((sql) => /SETTING (\S+)/.exec(sql)?.[1]),
      [`${jwt}.audience`],
    );
    assert.equal(await setting(d, `${jwt}.audience`), 'their-app');
    assert.deepEqual(await d.store('SELECT * FROM ledger WHERE oid = $1', [oidOf(d, 'dan')]), []);
    for (const sql of statements) await d.root(sql);
    assert.deepEqual(JSON.parse(await setting(d, `${jwt}.audience`)), JSON.parse(audience));
    await logsIn(d, 'dan');
  });
});

test('with a row for each person instead of a pattern the first who is granted under it gets one, and so do the others', async () => {
  await restart(d, { policy: (text) => text.replace('map: pattern', 'map: people') });
  const earlier = await setting(d, map);
  await ask(d, 'alice');
  await d.press('bob', (await d.card('bob', 'Alice Park')).id, 'Approve');
  await until('the admins are told', async () =>
    (await d.inbox('grace')).some((m) => m.text.includes('Alice Park') && m.code.length > 0),
  );
  const alert = await d.sees('grace', (m) => m.text.includes('Alice Park') && m.code.length > 0);
  for (const sql of alert.code.join('\n').split(/;\n(?=SET)/)) await d.root(sql);
  await logsIn(d, 'alice');
  const now = await setting(d, map);
  assert.notEqual(now, earlier);
  assert.ok(now.startsWith(others.map), now);
  assert.deepEqual(
    now
      .slice(others.map.length)
      .trim()
      .split('\n')
      .map((line) => line.slice(line.lastIndexOf(' ') + 1)),
    ['alice', 'ann', 'ben', 'cat', 'dan'],
  );
});
