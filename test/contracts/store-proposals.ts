/** The part of the store contract about proposals, and about what becomes of the ledger by them. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Proposal } from '../../src/core/ports.ts';
import { audit, inAnHour, longAgo, unique } from './samples.ts';
import { type Stores, sleep, times } from './stores.ts';

type New = Parameters<Stores['a']['proposals']['file']>[0];

function proposal(over: Partial<New> = {}): New {
  return {
    id: unique('P').toUpperCase(),
    cluster: unique('c'),
    sqlUsername: 'obrien',
    exists: false,
    person: { oid: unique('oid-'), upn: "o'brien@contoso.com", displayName: "Maeve O'Brien \u0000" },
    filedBy: 'carol@laptop',
    filedAt: new Date('2026-11-24T14:00:00.123Z'),
    deadline: inAnHour(),
    findings: [{ rule: 'sql-user', ok: true, says: 'does not exist yet' }],
    ...over,
  };
}

const word = (key: string) => ({
  by: { oid: `oid-${key}`, upn: `${key}@contoso.com`, displayName: key },
  at: new Date('2026-11-24T15:00:00.456Z'),
});
const place = { platform: 'chat', channel: 'C0ADMINS', message: '1.2' };

export function proposalsPart(c: Stores): void {
  const file = async (over: Partial<New> = {}): Promise<Proposal> => (await c.a.proposals.file(proposal(over), [])).proposal;
  /** As it is once its card shows it. */
  const shown = async (p: Proposal): Promise<Proposal> => {
    const saved = await c.a.proposals.save({ ...p, posted: { places: [place], shows: p.version + 1 } }, []);
    assert.ok(saved);
    return saved;
  };
  const isDue = async (id: string): Promise<boolean> => (await c.b.proposals.dueNow(10_000)).includes(id);

  describe('proposals', () => {
    it('come back as they were filed, and as they were saved', async () => {
      const wanted = proposal();
      const { filed, proposal: first } = await c.a.proposals.file(wanted, [audit('proposal.filed', wanted.id)]);
      assert.equal(filed, true);
      const made = { version: 1, state: 'open', confirmed: [], declined: null, posted: null, appliedAt: null };
      assert.deepEqual(first, { ...wanted, person: { ...wanted.person, displayName: "Maeve O'Brien \uFFFD" }, ...made });
      assert.deepEqual(await c.b.proposals.get(wanted.id), first);
      const findings = [{ rule: 'member_of_admin', ok: false, says: 'it is "one" now' }];
      const next: Proposal = {
        ...first,
        state: 'lapsed',
        findings,
        confirmed: [word('carol')],
        declined: word('grace'),
        posted: { places: [place], shows: 2 },
      };
      const saved = await c.b.proposals.save(next, [audit('proposal.lapsed', wanted.id)]);
      assert.deepEqual(saved, { ...next, version: 2 });
      assert.deepEqual(await c.a.proposals.get(wanted.id), saved);
      assert.deepEqual(
        (await c.on.audit(wanted.id)).map((line) => line.event),
        ['proposal.filed', 'proposal.lapsed'],
      );
      assert.equal(await c.a.proposals.get('NOSUCH'), null);
    });

    it('are open once for a SQL user and once for a person on a cluster, whoever files at once', async () => {
      const cluster = unique('c');
      const person = proposal().person;
      const sameUser = await times(10, (i) => (i % 2 ? c.a : c.b).proposals.file(proposal({ cluster }), []));
      assert.equal(sameUser.filter((one) => one.filed).length, 1);
      assert.equal(new Set(sameUser.map((one) => one.proposal.id)).size, 1);
      const samePerson = await times(10, (i) => c.a.proposals.file(proposal({ cluster, person, sqlUsername: `u${i}` }), []));
      assert.equal(samePerson.filter((one) => one.filed).length, 1);
      assert.equal((await c.a.proposals.file(proposal({ person }), [])).filed, true, 'another cluster is another matter');
    });

    it('are filed anew once the first is over', async () => {
      const first = await file();
      await c.a.proposals.save({ ...first, state: 'declined', declined: word('carol') }, []);
      const { filed } = await c.a.proposals.file(proposal({ cluster: first.cluster }), []);
      assert.equal(filed, true);
    });

    it('are saved by one of many who save the same version, with that one’s audit alone', async () => {
      const first = await file();
      const saved = await times(10, (i) =>
        (i % 2 ? c.a : c.b).proposals.save({ ...first, confirmed: [word(`admin${i}`)] }, [audit('proposal.confirmed', first.id)]),
      );
      assert.equal(saved.filter((one) => one !== null).length, 1);
      assert.equal((await c.on.audit(first.id)).length, 1);
    });

    it('write the ledger’s row in the transaction in which they are adopted, and once', async () => {
      for (const exists of [true, false]) {
        const first = await file({ exists });
        const adopted = await c.a.proposals.save({ ...first, state: 'adopted', confirmed: [word('carol'), word('grace')] }, []);
        assert.ok(adopted);
        const { cluster, person, sqlUsername } = first;
        const row = {
          cluster,
          sqlUsername,
          oid: person.oid,
          upn: person.upn,
          state: exists ? 'created' : 'creating',
          attempted: exists,
          adopted: true,
        };
        assert.deepEqual(await c.b.ledger.rows(cluster), [row]);
        assert.deepEqual(await c.b.ledger.ofPerson(person.oid), [row]);
        assert.ok(await c.b.proposals.save({ ...adopted, appliedAt: longAgo }, []));
        assert.deepEqual(await c.b.ledger.rows(cluster), [row]);
      }
    });

    it('are not adopted, and change nothing, when the SQL user or the person is tied already', async () => {
      const user = await file();
      await c.a.ledger.claim({ cluster: user.cluster, sqlUsername: 'obrien', oid: 'oid-other', upn: 'obrien@contoso.com' }, []);
      const person = await file();
      await c.a.ledger.claim(
        { cluster: person.cluster, sqlUsername: 'other', oid: person.person.oid, upn: 'other@contoso.com' },
        [],
      );
      for (const first of [user, person]) {
        assert.equal(await c.a.proposals.save({ ...first, state: 'adopted' }, [audit('proposal.adopted', first.id)]), null);
        assert.equal((await c.a.proposals.get(first.id))?.state, 'open');
        assert.deepEqual(await c.on.audit(first.id), []);
        assert.ok((await c.a.ledger.rows(first.cluster)).every((row) => !row.adopted));
      }
    });

    it('owe their card, each change of it, their end in time, and the map', async () => {
      const first = await file();
      assert.equal(await isDue(first.id), true, 'not posted');
      const posted = await shown(first);
      assert.equal(await isDue(first.id), false, 'posted');
      const confirmed = await c.a.proposals.save({ ...posted, confirmed: [word('carol')] }, []);
      assert.ok(confirmed);
      assert.equal(await isDue(first.id), true, 'the card shows less');
      const adopted = await c.a.proposals.save({ ...(await shown(confirmed)), state: 'adopted' }, []);
      assert.ok(adopted);
      const seen = await shown(adopted);
      assert.equal(await isDue(first.id), true, 'the map is not made current');
      const applied = await c.a.proposals.save({ ...seen, appliedAt: longAgo }, []);
      assert.ok(applied);
      assert.equal(await isDue((await shown(applied)).id), false, 'all is done');
      const other = { ...place, platform: 'post' };
      const half = await c.a.proposals.save({ ...(await file()), posted: { places: [other], shows: 0 } }, []);
      assert.ok(half);
      assert.deepEqual((await c.b.proposals.get(half.id))?.posted, { places: [other], shows: 0 });
      assert.equal(await isDue(half.id), true, 'one of its cards is not posted yet');
      const both = await c.a.proposals.save({ ...half, posted: { places: [other, place], shows: half.version + 1 } }, []);
      assert.ok(both);
      assert.deepEqual((await c.b.proposals.get(both.id))?.posted, { places: [other, place], shows: both.version });
      assert.equal(await isDue(both.id), false, 'now it is');
      const late = await shown(await file({ deadline: longAgo }));
      assert.equal(await isDue(late.id), true, 'its time is over');
      assert.ok(await c.a.proposals.save({ ...late, state: 'lapsed', posted: { places: [place], shows: late.version + 1 } }, []));
      assert.equal(await isDue(late.id), false);
    });

    it('are held by one worker at a time, and come again later when the work threw', async () => {
      const first = await file();
      let worked = 0;
      let refused = 0;
      let letGo = (): void => undefined;
      const theOthersTried = new Promise<void>((done) => (letGo = done));
      const held = await times(10, async (i) => {
        const got = await (i % 2 ? c.a : c.b).proposals.hold(first.id, async (p) => {
          assert.equal(p.id, first.id);
          worked += 1;
          if (worked > 1) letGo(); // and fails below
          await theOthersTried;
        });
        if (!got) refused += 1;
        if (refused === 9) letGo();
        return got;
      });
      assert.equal(held.filter(Boolean).length, 1);
      assert.equal(worked, 1);
      await assert.rejects(
        c.a.proposals.hold(first.id, async () => {
          throw new Error('the chat is away');
        }),
        /the chat is away/,
      );
      assert.equal(await isDue(first.id), false, 'put off');
      assert.equal(await c.a.proposals.hold(first.id, () => assert.fail('put off')), false);
      await sleep(2_300);
      assert.equal(await c.b.proposals.hold(first.id, async () => undefined), true);
    });

    it('go on at once when somebody changes them, however long they were put off', async () => {
      const first = await file();
      await c.a.proposals.hold(first.id, async () => Promise.reject(new Error('away'))).catch(() => undefined);
      assert.equal(await isDue(first.id), false);
      assert.ok(await c.a.proposals.save({ ...first, confirmed: [word('carol')] }, []));
      assert.equal(await isDue(first.id), true);
    });
  });

  describe('a SQL user that was adopted', () => {
    const adoptedRow = async (exists: boolean) => {
      const first = await file({ exists });
      assert.ok(await c.a.proposals.save({ ...first, state: 'adopted' }, []));
      return { cluster: first.cluster, sqlUsername: first.sqlUsername, oid: first.person.oid };
    };

    it('is never released: what was attempted is taken back, the tie stays', async () => {
      const row = await adoptedRow(false);
      await c.a.ledger.mark(row, 'attempted', []);
      await c.a.ledger.release(row, [audit('ledger.released')]);
      const [kept] = await c.a.ledger.rows(row.cluster);
      assert.deepEqual([kept?.adopted, kept?.state, kept?.attempted], [true, 'creating', false]);
    });

    it('is kept through a change of the UPN, and claimed by its person again and again', async () => {
      const row = await adoptedRow(true);
      await c.a.ledger.renamed(row, 'maeve@contoso.com', [audit('ledger.renamed')]);
      const claimed = await c.b.ledger.claim({ ...row, upn: 'maeve@contoso.com' }, [audit('ledger.creating')]);
      assert.deepEqual(
        [claimed.oid, claimed.upn, claimed.adopted, claimed.state],
        [row.oid, 'maeve@contoso.com', true, 'created'],
      );
    });
  });

  describe('the audit', () => {
    it('is read as it was written: of one request or proposal, or the newest lines', async () => {
      const id = unique('R');
      const lines = ['one', 'two', 'three'].map((event) => ({
        event,
        requestId: id,
        actor: event === 'two' ? 'oid-bob' : null,
        details: { nested: { n: [1] } },
      }));
      await c.a.audit.append(lines.slice(0, 2));
      await c.b.audit.append(lines.slice(2));
      const read = await c.a.audit.read({ requestId: id });
      assert.deepEqual(
        read.map(({ at, ...line }) => (at instanceof Date ? line : at)),
        lines,
      );
      assert.deepEqual(
        (await c.b.audit.read({ limit: 2 })).map((line) => line.event),
        ['two', 'three'],
      );
      assert.deepEqual(await c.a.audit.read({ requestId: 'nobody’s' }), []);
    });
  });
}
