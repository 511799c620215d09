/** The part of the store contract about changes of cluster settings. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SettingChange } from '../../src/core/ports.ts';
import { audit, inAnHour, longAgo, unique } from './samples.ts';
import { type Stores, times } from './stores.ts';

type New = Parameters<Stores['a']['settingChanges']['file']>[0];

const person = (key: string) => ({ oid: `oid-${key}`, upn: `${key}@contoso.com`, displayName: key });
const word = (key: string) => ({ by: person(key), at: new Date('2026-11-24T15:00:00.456Z') });
const place = { platform: 'chat', channel: 'C0ADMINS', message: '1.2' };

function change(over: Partial<New> = {}): New {
  return {
    id: unique('S').toUpperCase(),
    state: 'open',
    kind: 'apply',
    cluster: unique('c'),
    steps: [
      { setting: 'server.identity_map.configuration', before: '# a "map"\r\n\thttps://x /^a\\.b$ c\u2028', after: '' },
      { setting: 'server.jwt_authentication.jwks', before: '{ "keys" : [ ] }', after: '{"keys":[{"kid":"ü"}]}' },
    ],
    loses: [{ upn: 'alice@contoso.com', sqlUsername: 'alice', error: 'JWT authentication: invalid principal' }],
    gains: [{ upn: 'bob@contoso.com', sqlUsername: 'bob', error: null }],
    othersLose: ['everybody of https://other.example'],
    askedBy: person('carol'),
    filedBy: null,
    filedAt: new Date('2026-11-24T14:00:00.123Z'),
    deadline: inAnHour(),
    needs: 2,
    confirmed: [word('carol')],
    declined: null,
    says: null,
    appliedAt: null,
    ...over,
  };
}

export function settingChangesPart(c: Stores): void {
  const file = async (over: Partial<New> = {}): Promise<SettingChange> =>
    (await c.a.settingChanges.file(change(over), [])).change;
  const saved = async (one: SettingChange, over: Partial<SettingChange>): Promise<SettingChange> => {
    const now = await c.a.settingChanges.save({ ...one, ...over }, []);
    assert.ok(now);
    return now;
  };
  const shown = (one: SettingChange): Promise<SettingChange> =>
    saved(one, { posted: { places: [place], shows: one.version + 1 } });
  const isDue = async (id: string): Promise<boolean> => (await c.b.settingChanges.dueNow(10_000)).includes(id);
  const applied = (one: SettingChange, at: Date): Promise<SettingChange> => saved(one, { state: 'applied', appliedAt: at });

  describe('changes of settings', () => {
    it('come back as they were filed, byte for byte, and as they were saved', async () => {
      const wanted = change();
      const { filed, change: first } = await c.a.settingChanges.file(wanted, [audit('setting_change.filed', wanted.id)]);
      assert.equal(filed, true);
      assert.deepEqual(first, { ...wanted, version: 1, posted: null });
      assert.deepEqual(await c.b.settingChanges.get(wanted.id), first);
      assert.deepEqual(await c.b.settingChanges.open(wanted.cluster), first);
      const next: SettingChange = {
        ...first,
        state: 'declined',
        loses: [],
        gains: [],
        confirmed: [word('carol'), word('grace')],
        declined: word('dave'),
        says: 'the map has changed',
        posted: { places: [place], shows: 2 },
        appliedAt: longAgo,
      };
      const now = await c.b.settingChanges.save(next, [audit('setting_change.declined', wanted.id)]);
      assert.deepEqual(now, { ...next, version: 2 });
      assert.deepEqual(await c.a.settingChanges.get(wanted.id), now);
      assert.deepEqual(
        (await c.on.audit(wanted.id)).map((line) => line.event),
        ['setting_change.filed', 'setting_change.declined'],
      );
      const byCommand = change({ askedBy: null, filedBy: 'carol@laptop', needs: 1, confirmed: [] });
      assert.deepEqual(await file(byCommand), { ...byCommand, version: 1, posted: null });
      assert.equal(await c.a.settingChanges.get('NOSUCH'), null);
      assert.equal(await c.a.settingChanges.open('nosuch'), null);
    });

    it('are open once for a cluster, whoever files at once, and filed anew once that is over', async () => {
      const cluster = unique('c');
      const filed = await times(10, (i) =>
        (i % 2 ? c.a : c.b).settingChanges.file(change({ cluster }), [audit('filed', cluster)]),
      );
      assert.equal(filed.filter((one) => one.filed).length, 1);
      assert.equal(new Set(filed.map((one) => one.change.id)).size, 1);
      assert.equal((await c.on.audit(cluster)).length, 1);
      const [first] = filed;
      assert.ok(first);
      await saved(first.change, { state: 'lapsed' });
      assert.equal((await c.b.settingChanges.file(change({ cluster }), [])).filed, true);
    });

    it('are saved by one of many who save the same version, with that one’s audit alone', async () => {
      const first = await file();
      const all = await times(10, (i) =>
        (i % 2 ? c.a : c.b).settingChanges.save({ ...first, confirmed: [word(`admin${i}`)] }, [audit('confirmed', first.id)]),
      );
      assert.equal(all.filter((one) => one !== null).length, 1);
      assert.equal((await c.on.audit(first.id)).length, 1);
    });

    it('are undone by the rollback that is applied after them, in its transaction, and one at a time', async () => {
      const cluster = unique('c');
      const older = await applied(await file({ cluster }), new Date('2026-11-24T15:00:00Z'));
      const newer = await applied(await file({ cluster }), new Date('2026-11-24T16:00:00Z'));
      const elsewhere = await applied(await file(), new Date('2026-11-24T17:00:00Z'));
      assert.equal((await c.b.settingChanges.lastApplied(cluster))?.id, newer.id);
      const filed = await file({ cluster, kind: 'rollback' });
      const back = await applied(filed, new Date('2026-11-24T18:00:00Z'));
      const states = async (): Promise<readonly unknown[]> =>
        Promise.all([older, newer, elsewhere, back].map(async ({ id }) => (await c.b.settingChanges.get(id))?.state));
      assert.deepEqual(await states(), ['applied', 'undone', 'applied', 'applied']);
      assert.equal((await c.b.settingChanges.lastApplied(cluster))?.id, back.id);
      assert.equal(await c.a.settingChanges.save({ ...filed, state: 'applied' }, []), null, 'of an old version');
      await shown(back);
      assert.deepEqual(await states(), ['applied', 'undone', 'applied', 'applied'], 'a later save undoes nothing more');
      assert.equal(await c.a.settingChanges.lastApplied('nosuch'), null);
    });

    it('owe their card, each change of it, their end in time, and the writing once enough said so', async () => {
      const first = await file();
      assert.equal(await isDue(first.id), true, 'not posted');
      const posted = await shown(first);
      assert.equal(await isDue(first.id), false, 'posted');
      const both = await saved(posted, { confirmed: [word('carol'), word('grace')] });
      assert.equal(await isDue(first.id), true, 'the card shows less');
      const ready = await shown(both);
      assert.equal(await isDue(first.id), true, 'two said so, and it is not written');
      const done = await applied(ready, longAgo);
      assert.equal(await isDue((await shown(done)).id), false, 'all is done');
      const late = await shown(await file({ deadline: longAgo }));
      assert.equal(await isDue(late.id), true, 'its time is over');
      const lapsed = await saved(late, { state: 'lapsed' });
      assert.equal(await isDue((await shown(lapsed)).id), false);
      const alone = await file({ needs: 1 });
      assert.equal(await isDue(alone.id), false, 'whoever filed it writes it');
      assert.ok(await c.a.settingChanges.save(alone, []));
      assert.equal(await isDue(alone.id), true, 'and the sweep what that one left');
    });

    it('are held by one worker at a time, and come again later when the work threw', async () => {
      const first = await file();
      let others: readonly boolean[] = [];
      const ours = await c.a.settingChanges.hold(first.id, async (one) => {
        assert.equal(one.id, first.id);
        others = await times(9, (i) =>
          (i % 2 ? c.a : c.b).settingChanges.hold(first.id, async () => assert.fail('somebody has it')),
        );
      });
      assert.equal(ours, true);
      assert.deepEqual(others, Array(9).fill(false));
      await assert.rejects(
        c.a.settingChanges.hold(first.id, async () => {
          throw new Error('the cluster is away');
        }),
        /the cluster is away/,
      );
      assert.equal(await isDue(first.id), false, 'put off');
      assert.equal(await c.a.settingChanges.hold(first.id, () => assert.fail('put off')), false);
      assert.ok(await c.a.settingChanges.save({ ...first, confirmed: [] }, []));
      assert.equal(await isDue(first.id), true, 'somebody changed it');
    });
  });
}
