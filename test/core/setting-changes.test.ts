import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openStore } from '../../src/adapters/store/store.ts';
import { Fault } from '../../src/core/errors.ts';
import { plainText } from '../../src/core/messages/card.ts';
import type { Cluster, SettingChange, World } from '../../src/core/ports.ts';
import type { Door, Place } from '../../src/core/request/request.ts';
import { apply } from '../../src/core/settings/change.ts';
import { literalRow } from '../../src/core/identity/map-row.ts';
import { rollback, type RolledBack } from '../../src/core/settings/rollback.ts';
import { targetOf } from '../../src/core/settings/target.ts';
import { presenter } from '../../src/core/work/present.ts';
import { worldOf } from '../fakes/world.ts';
import { k2 } from '../fakes/login-keys.ts';
import { buttonsOf, formText, product } from './product-rig.ts';

const p = product('setting_changes');

const map = 'server.identity_map.configuration';
const jwks = 'server.jwt_authentication.jwks';
const issuers = 'server.jwt_authentication.issuers';
const audience = 'server.jwt_authentication.audience';
const claim = 'server.jwt_authentication.claim';
const enabled = 'server.jwt_authentication.enabled';
const ours = 'https://issuer.example/v2.0';

const okta = 'https://okta.example.com';
const theirs = {
  map: `# people of Okta\r\n${okta}   /^(.*)@okta\\.example\\.com$\t\\1   # all of them\n\n  https://ping.example/ eve eve\n`,
  key: `{ "kid" :"okta-1",\n "note":"ours, do not touch", ${JSON.stringify(k2.jwk).slice(1)}`,
  issuers: `[ "${okta}" ,  "https://ping.example/" ]`,
  audience: '[\n"okta-crdb","ping-crdb" ]',
};
const theirKeys = `{ "owner": ["x", {"keys":[1]}], "keys" : [ ${theirs.key} ] , "z":1.50 }`;

/** Two other identity providers stand there; the claim is the one that all go by. */
function foreign(but: Readonly<Record<string, string>> = {}): void {
  Object.assign(p.o.settings, {
    [map]: theirs.map,
    [jwks]: theirKeys,
    [issuers]: theirs.issuers,
    [audience]: theirs.audience,
    [claim]: 'upn',
    [enabled]: 'true',
    ...but,
  });
}

/** An admin. */
function admin(key: string): Door {
  p.o.admins.add(`oid-${key}`);
  return p.o.person(key);
}

async function opensPlan(door: Door): Promise<ReturnType<typeof p.form>> {
  await p.presses(door, 'plan', 'prod');
  return p.form(door);
}

async function applies(door: Door): Promise<string> {
  const form = await opensPlan(door);
  assert.equal(form.submit, 'Apply', formText(form));
  await p.sends(door, 'plan', form.about, {});
  return p.answer(door);
}

/** Alice can log in, by a grant. */
async function aliceIsIn(): Promise<Door> {
  const alice = p.o.person('alice');
  await p.granted(alice, p.o.person('bob', true));
  return alice;
}

/** What reaches the cluster as SET CLUSTER SETTING, in order. */
function countWrites(): { readonly sets: () => number } {
  let sets = 0;
  p.o.fail = (what) => {
    if (what === 'cluster.set_setting') sets += 1;
  };
  return { sets: () => sets };
}

async function changes(): Promise<readonly SettingChange[]> {
  const rows = await p.sql('SELECT id FROM setting_changes ORDER BY filed_at');
  const all = await Promise.all(rows.map(({ id }) => p.world.store.settingChanges.get(String(id))));
  return all.filter((one) => one !== null);
}

async function change(): Promise<SettingChange> {
  const last = (await changes()).at(-1);
  assert.ok(last, 'a change is kept');
  return last;
}

/** The admins' card of a change: where it stands, and what it says. */
async function card(id: string): Promise<{ readonly place: Place; readonly says: string; readonly buttons: readonly string[] }> {
  await p.settle();
  const posted = p.o.posted.filter((one) => one.tag?.kind === 'setting_change' && one.tag.requestId === id);
  assert.equal(posted.length, 1, 'one card');
  const place = posted[0]?.place;
  assert.ok(place);
  const shown = p.o.shown.get(`${place.channel}:${place.message}`);
  assert.ok(shown);
  return { place, says: plainText(shown), buttons: buttonsOf(shown) };
}

const target = (world: World = p.world) => {
  const found = targetOf(world, 'prod');
  assert.ok(found);
  return found;
};
const byCommand = { askedBy: null, filedBy: 'carol@laptop' } as const;
const back = (): Promise<RolledBack> => rollback(p.world, target(), byCommand);

describe('the plan for a cluster', () => {
  it('is for admins as of now: nobody else has anything read for them', async () => {
    const dave = p.o.person('dave');
    const asked: string[] = [];
    p.o.fail = (what) => void asked.push(what);
    await p.presses(dave, 'plan', 'prod');
    assert.match(p.answer(dave), /for the admins of this bot, and you are not one of them/);
    assert.equal(p.o.opened.length, 0);
    await p.sends(dave, 'plan', 'prod 0123', {});
    assert.deepEqual(
      asked.filter((what) => what.startsWith('cluster')),
      [],
    );
    p.o.admins.add('oid-grace');
    const grace = p.o.person('grace', false, { enabled: false });
    await p.presses(grace, 'plan', 'prod');
    assert.match(p.answer(grace), /you are not one of them/, 'nor with a disabled account');
    const carol = admin('carol');
    await p.presses(carol, 'plan', 'nowhere');
    assert.match(p.answer(carol), /I know no cluster "nowhere"/);
  });

  it('says old and new by meaning, the SQL, and that nobody loses a login', async () => {
    foreign();
    const form = await opensPlan(admin('carol'));
    const says = formText(form);
    assert.match(says, /4 settings of prod would be written/);
    assert.match(says, /Issuers: \+ https:\/\/issuer\.example\/v2\.0/);
    assert.match(says, /Keys: \+ key test_kid1/);
    assert.match(says, /Audiences: \+ [0-9a-f-]{36}/);
    assert.match(says, /Nobody loses a login by it/);
    assert.match(says, /SET CLUSTER SETTING server\.jwt_authentication\.issuers = '\[ "https:\/\/okta/);
    assert.doesNotMatch(says, /− /, 'nothing goes');
  });

  it('has nothing to send when there is nothing to do, and no plan when the cluster does not answer', async () => {
    await aliceIsIn();
    const carol = admin('carol');
    assert.match(formText(await opensPlan(carol)), /prod is as it should be: there is nothing to do/);
    assert.equal(p.form(carol).submit, null);
    p.o.fail = (what) => {
      if (what === 'cluster.read') throw new Fault('cluster_unavailable', 'later', 'prod did not answer');
    };
    const silent = await opensPlan(carol);
    assert.match(formText(silent), /There is no plan: prod did not answer/);
    assert.equal(silent.submit, null);
  });

  it('says what to run and as whom where the bot has no settings credential, and can’t be sent', async () => {
    foreign();
    const carol = admin('carol');
    const cluster = { ...(p.world.clusters.get('prod') as Cluster), settingsWritable: false };
    (p.world.clusters as Map<string, Cluster>).set('prod', cluster);
    const form = await opensPlan(carol);
    assert.match(formText(form), /no settings credential for prod.*MODIFYCLUSTERSETTING.*in this order:\nSET CLUSTER SETTING/s);
    assert.equal(form.submit, null);
    const { sets } = countWrites();
    assert.equal((await apply(p.world, target(), byCommand, null)).kind, 'no_credential');
    assert.equal(sets(), 0);
    assert.deepEqual(await changes(), []);
  });
});

describe('applying a plan', () => {
  it('writes what is missing, keeps what is others’ byte for byte, and a second time writes nothing', async () => {
    foreign();
    const carol = admin('carol');
    assert.match(await applies(carol), /^Applied on prod, and read back/);
    const now = p.o.settings;
    assert.ok(now[map]?.startsWith(theirs.map), 'their rows, comments and blanks');
    assert.ok(now[jwks]?.startsWith(theirKeys.slice(0, theirKeys.indexOf(' ] , "z"'))), 'their keys and members');
    assert.ok(now[jwks]?.endsWith(' ] , "z":1.50 }'));
    assert.equal(now[issuers], `[ "${okta}" ,  "https://ping.example/","${ours}" ]`);
    assert.ok(now[audience]?.startsWith('[\n"okta-crdb","ping-crdb",'));
    const { state, steps, confirmed, needs } = await change();
    assert.deepEqual([state, needs, confirmed.map(({ by }) => by.oid)], ['applied', 1, ['oid-carol']]);
    assert.equal(steps.find(({ setting }) => setting === map)?.before, theirs.map);
    const { sets } = countWrites();
    const lines = (await p.world.store.audit.read({ limit: 1000 })).length;
    assert.equal((await opensPlan(carol)).submit, null);
    await p.sends(carol, 'plan', 'prod 0000', {});
    assert.match(p.answer(carol), /There is nothing to do on prod.*Nothing was written/s);
    assert.equal((await apply(p.world, target(), byCommand, null)).kind, 'nothing');
    assert.equal(sets(), 0);
    assert.equal((await p.world.store.audit.read({ limit: 1000 })).length, lines, 'and nothing is recorded');
  });

  it('is recorded, before and after, with who said so', async () => {
    foreign();
    await applies(admin('carol'));
    const { id } = await change();
    const lines = await p.world.store.audit.read({ requestId: id });
    assert.deepEqual(
      lines.map(({ event, actor }) => `${event} ${actor ?? '-'}`),
      [
        'setting_change.filed oid-carol',
        'setting.plan oid-carol',
        ...Array(4).fill('setting.written oid-carol'),
        'setting.read_back oid-carol',
        'setting_change.applied -',
      ],
    );
    const written = lines.find(({ details }) => details['setting'] === map);
    assert.equal(written?.details['before'], theirs.map);
    assert.equal(written?.details['after'], p.o.settings[map]);
  });

  it('writes nothing when the plan is another than the one that was shown', async () => {
    foreign();
    const carol = admin('carol');
    const { about } = await opensPlan(carol);
    p.o.settings[audience] = '["okta-crdb"]';
    const { sets } = countWrites();
    await p.sends(carol, 'plan', about, {});
    assert.match(p.answer(carol), /Nothing was written: the plan for prod is another one by now/);
    assert.equal(sets(), 0);
    assert.deepEqual(await changes(), []);
  });

  it('writes nothing for somebody who was an admin when the form was opened, and is none when it is sent', async () => {
    foreign();
    const carol = admin('carol');
    const { about } = await opensPlan(carol);
    p.o.admins.delete('oid-carol');
    const { sets } = countWrites();
    await p.sends(carol, 'plan', about, {});
    assert.match(p.answer(carol), /you are not one of them/);
    assert.equal(sets(), 0);
  });

  it('never writes back a value that was read redacted', async () => {
    foreign({ [map]: '<redacted>' });
    const form = await opensPlan(admin('carol'));
    assert.match(formText(form), /nothing on prod that the bot could write.*server\.identity_map\.configuration is not shown/s);
    assert.equal(form.submit, null);
    assert.equal((await apply(p.world, target(), byCommand, null)).kind, 'nothing');
    assert.equal(p.o.settings[map], '<redacted>');
  });

  it('goes on after a run that was cut off between two writes, with what is left', async () => {
    foreign();
    const carol = admin('carol');
    let sets = 0;
    p.o.fail = (what) => {
      if (what === 'cluster.set_setting' && ++sets === 3) throw new Fault('cluster_unavailable', 'later', 'prod went away');
    };
    assert.match(await applies(carol), /^Begun on prod, and not finished yet\.\nprod went away\nThe bot goes on by itself/);
    assert.equal((await change()).state, 'open');
    const counted = countWrites();
    await p.sql("UPDATE setting_changes SET due_at = now() - interval '1 second'");
    await p.settle();
    assert.equal((await change()).state, 'applied');
    assert.equal(counted.sets(), 2, 'what was written is not written again');
    assert.equal((await opensPlan(carol)).submit, null);
  });

  it('is worked a second time as what it was, when the process died before it answered', async () => {
    foreign();
    const carol = admin('carol');
    const person = p.o.people.get('carol');
    assert.ok(person);
    const { about } = await opensPlan(carol);
    const shown = about.split(' ')[1] ?? '';
    const asking = { askedBy: person, filedBy: null } as const;
    const first = await apply(p.world, target(), asking, shown);
    const { sets } = countWrites();
    const second = await apply(p.world, target(), asking, shown);
    assert.ok(first.kind === 'over' && second.kind === 'over');
    assert.equal(second.change.id, first.change.id);
    assert.equal(sets(), 0);
  });

  it('ends where somebody has changed a setting between the writes, and says what was written', async () => {
    foreign();
    let sets = 0;
    p.o.fail = (what) => {
      if (what === 'cluster.set_setting' && ++sets === 2) throw new Fault('cluster_unavailable', 'later', 'prod went away');
    };
    await applies(admin('carol'));
    p.o.fail = () => undefined;
    p.o.settings[audience] = 'somebody-else';
    await p.sql("UPDATE setting_changes SET due_at = now() - interval '1 second'");
    await p.settle();
    const { state, says } = await change();
    assert.equal(state, 'lapsed');
    assert.match(
      says ?? '',
      /changed server\.jwt_authentication\.audience since.*Written by then: server\.identity_map\.configuration\./,
    );
    assert.equal(p.o.settings[audience], 'somebody-else');
  });

  it('ends with what the cluster says when that refuses a write', async () => {
    foreign();
    p.o.fail = (what) => {
      if (what === 'cluster.set_setting') throw new Fault('cluster_refused', 'never', 'prod refuses: no MODIFYCLUSTERSETTING');
    };
    assert.match(await applies(admin('carol')), /^The change of prod is lapsed\.\nprod refuses: no MODIFYCLUSTERSETTING/);
  });

  it('is done once by two replicas that apply the same plan at once', async () => {
    foreign();
    const rows = await p.sql('SELECT current_database() AS name');
    assert.ok(rows.length === 1);
    const second = await openStore({ url: p.url, log: p.world.log, holder: 'two', leaseSeconds: 5 });
    try {
      const worlds = [p.world, worldOf(second, p.o, p.world.policy)];
      const { sets } = countWrites();
      const outcomes = await Promise.all(
        Array.from({ length: 6 }, (_, i) => {
          const world = worlds[i % 2] as World;
          return apply(world, target(world), { askedBy: null, filedBy: `admin${i}` }, null);
        }),
      );
      assert.equal(sets(), 4, 'each setting once');
      assert.deepEqual(outcomes.map(({ kind }) => kind).sort(), ['nothing', 'nothing', 'nothing', 'nothing', 'nothing', 'over']);
      assert.equal((await changes()).length, 1);
    } finally {
      await second.close();
    }
  });

  it('is allowed while the watch is paused, and says that it is', async () => {
    foreign();
    await p.world.store.watch.pause('carol@laptop', []);
    const carol = admin('carol');
    assert.match(formText(await opensPlan(carol)), /carol@laptop paused the watch/);
    assert.match(await applies(carol), /^Applied on prod.*carol@laptop paused the watch/s);
  });
});

describe('a change that takes a login', () => {
  /** Alice has another UPN than was granted, and a row that lets her in under it: the bot's own rows leave her out. */
  async function takesAlice(): Promise<void> {
    await aliceIsIn();
    const alice = p.o.people.get('alice');
    assert.ok(alice);
    const upn = 'alice.park@contoso.com';
    p.o.people.set('alice', { ...alice, upn });
    p.o.settings[map] = `${literalRow({ issuer: ours, upn, user: 'alice' })}\n`;
  }

  it('waits for a second admin, of the first and of nobody else, and is then written', async () => {
    await takesAlice();
    const [carol, grace, dave] = [admin('carol'), admin('grace'), p.o.person('dave')];
    const says = formText(await opensPlan(carol));
    assert.match(says, /Would lose their login \(1\): alice \(alice\.park@contoso\.com\)/);
    assert.match(says, /a second, different admin has to confirm/);
    const before = { ...p.o.settings };
    assert.match(await applies(carol), /^It waits for a second admin/);
    const { id } = await change();
    const shown = await card(id);
    assert.match(shown.says, /^Change 1 setting of prod\? It takes a login away/);
    assert.match(shown.says, /Would lose their login \(1\): alice/);
    assert.match(shown.says, /Asked for: by carol/);
    assert.deepEqual(shown.buttons, [`confirm_change ${id}`, `decline_change ${id}`]);
    await p.presses(carol, 'confirm_change', id, shown.place);
    assert.match(p.answer(carol), /You asked for this .* already, and you count once/);
    await p.presses(dave, 'confirm_change', id, shown.place);
    assert.match(p.answer(dave), /Only an admin can decide this/);
    await p.presses(grace, 'confirm_change', id, { ...shown.place, message: 'elsewhere' });
    assert.match(p.answer(grace), /this button belongs to another card/);
    await p.settle();
    assert.deepEqual(p.o.settings, before, 'nothing is written before');
    await p.presses(grace, 'confirm_change', id, shown.place);
    const after = await card(id);
    assert.match(after.says, /: applied\n.*Confirmed by grace.*Written, and read back/s);
    assert.deepEqual(after.buttons, []);
    assert.equal((await change()).state, 'applied');
    assert.notEqual(p.o.settings[map], before[map]);
    await p.presses(grace, 'decline_change', id, shown.place);
    assert.match(p.answer(grace), /this change is applied already/);
  });

  it('needs two admins in chat when it was asked for at the command line', async () => {
    await takesAlice();
    const [carol, grace] = [admin('carol'), admin('grace')];
    assert.deepEqual((await apply(p.world, target(), byCommand, null)).kind, 'waits');
    const { id } = await change();
    const { place, says } = await card(id);
    assert.match(says, /Filed: by carol@laptop, at the command line/);
    await p.presses(carol, 'confirm_change', id, place);
    await p.settle();
    assert.equal((await change()).state, 'open', 'one is not enough');
    p.o.admins.delete('oid-carol');
    await p.presses(grace, 'confirm_change', id, place);
    await p.settle();
    assert.equal((await change()).state, 'open', 'and the word of somebody who is no admin any more does not count');
    await p.presses(admin('heidi'), 'confirm_change', id, place);
    await p.settle();
    assert.equal((await change()).state, 'applied');
  });

  it('is not written when something has changed since it was confirmed, and says what', async () => {
    await takesAlice();
    const [carol, grace] = [admin('carol'), admin('grace')];
    await applies(carol);
    const { id } = await change();
    const { place } = await card(id);
    p.o.settings[map] = `# looked at by somebody\n${p.o.settings[map]}`;
    const { sets } = countWrites();
    await p.presses(grace, 'confirm_change', id, place);
    const { says } = await card(id);
    assert.match(says, /: lapsed\n.*Somebody has changed server\.identity_map\.configuration since.*Nothing was written/s);
    assert.equal(sets(), 0);
  });

  it('is not written when it would take the login of others than were confirmed', async () => {
    await takesAlice();
    const [carol, grace] = [admin('carol'), admin('grace')];
    await applies(carol);
    const { id } = await change();
    const { place } = await card(id);
    const alice = p.o.people.get('alice');
    assert.ok(alice);
    p.o.people.set('alice', { ...alice, enabled: false });
    const { sets } = countWrites();
    await p.presses(grace, 'confirm_change', id, place);
    assert.match((await card(id)).says, /Who would lose a login has changed: now it is nobody/);
    assert.equal(sets(), 0);
  });

  it('can be declined, and lapses when nobody confirms it in time', async () => {
    await takesAlice();
    const [carol, grace] = [admin('carol'), admin('grace')];
    await applies(carol);
    const first = await change();
    await p.presses(grace, 'decline_change', first.id, (await card(first.id)).place);
    assert.match((await card(first.id)).says, /: declined\n.*Declined by grace.*Nothing was written/s);
    await applies(carol);
    const second = await change();
    assert.notEqual(second.id, first.id);
    const { place } = await card(second.id);
    await p.sql("UPDATE setting_changes SET deadline = now() - interval '1 second' WHERE state = 'open'");
    await p.presses(grace, 'confirm_change', second.id, place);
    assert.match(p.answer(grace), /Too late/);
    assert.match((await card(second.id)).says, /: lapsed\n.*not confirmed in time, so nothing was written/s);
  });

  it('keeps other changes of the cluster waiting, and is shown as it is to whoever looks at its card', async () => {
    await takesAlice();
    const [carol, grace] = [admin('carol'), admin('grace')];
    const { about } = await opensPlan(carol);
    await p.sends(carol, 'plan', about, {});
    const { id } = await change();
    const form = await opensPlan(grace);
    assert.match(formText(form), new RegExp(`Another change of this cluster waits for the admins: ${id}`));
    assert.equal(form.submit, null);
    await p.sends(grace, 'plan', about, {});
    assert.match(p.answer(grace), /Nothing was written: another change of prod waits for the admins/);
    const { place } = await card(id);
    const looked = await presenter(p.world)(grace, id, place);
    assert.ok(looked);
    assert.match(plainText(looked), /It takes a login away/);
    assert.equal(await presenter(p.world)(grace, id, { ...place, message: 'elsewhere' }), null);
  });

  it('counts people of other issuers, whom nobody knows', async () => {
    foreign({ [claim]: 'email' });
    const says = formText(await opensPlan(admin('carol')));
    assert.match(says, /Claim: − email {3}\+ upn/);
    assert.match(
      says,
      /Would lose it, too: everybody of https:\/\/okta\.example\.com, https:\/\/ping\.example\/ who logs in by the claim `email`/,
    );
    assert.equal((await apply(p.world, target(), byCommand, null)).kind, 'waits');
  });
});

describe('a rollback', () => {
  it('restores what was there byte for byte, pauses the watch, and can be rolled back itself', async () => {
    foreign();
    const before = { ...p.o.settings };
    await applies(admin('carol'));
    const applied = { ...p.o.settings };
    const done = await back();
    assert.ok(done.kind === 'over' && done.change.state === 'applied', JSON.stringify(done));
    assert.deepEqual(p.o.settings, before);
    const [first, second] = await changes();
    assert.deepEqual([first?.state, second?.state, second?.kind], ['undone', 'applied', 'rollback']);
    assert.deepEqual(
      second?.steps.map(({ setting }) => setting),
      first?.steps.map(({ setting }) => setting).reverse(),
    );
    assert.match((await p.world.store.watch.paused())?.by ?? '', new RegExp(`^rollback ${second?.id} of prod`));
    const again = await back();
    assert.ok(again.kind === 'over');
    assert.deepEqual(p.o.settings, applied);
  });

  it('is refused when somebody has changed since what was written, and says by what it differs', async () => {
    foreign();
    await applies(admin('carol'));
    p.o.settings[issuers] = `["${ours}","https://new.example"]`;
    const { sets } = countWrites();
    const no = await back();
    assert.ok(no.kind === 'changed_since');
    assert.deepEqual(
      no.differs.map(({ label, come }) => [label, come]),
      [['Issuers', ['https://new.example']]],
    );
    assert.equal(sets(), 0);
    assert.equal(await p.world.store.watch.paused(), null);
  });

  it('has nothing to take back where nothing was applied', async () => {
    assert.deepEqual(await back(), { kind: 'none' });
  });

  it('needs two admins where somebody would lose a login by it', async () => {
    const alice = await aliceIsIn();
    p.o.settings[audience] = 'another';
    const [carol, grace] = [admin('carol'), admin('grace')];
    assert.match(formText(await opensPlan(carol)), /Could log in then \(1\): alice/);
    await applies(carol);
    const waits = await back();
    assert.ok(waits.kind === 'waits');
    assert.deepEqual(
      waits.change.loses.map(({ upn }) => upn),
      [`${alice.user}@contoso.com`],
    );
    const { place, says } = await card(waits.change.id);
    assert.match(says, /^Roll back 1 setting of prod\? It takes a login away/);
    await p.presses(carol, 'confirm_change', waits.change.id, place);
    await p.presses(grace, 'confirm_change', waits.change.id, place);
    await p.settle();
    assert.equal(p.o.settings[audience], 'another');
    assert.notEqual(await p.world.store.watch.paused(), null);
  });
});
