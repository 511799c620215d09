import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Bound, ownRows, type OwnRowsInput } from '../../src/core/cluster-auth/own-rows.ts';
import { mapIdentity, parseIdentityMap } from '../../src/core/identity/identity-map.ts';
import { denyRow, isOwnRow, literalRow } from '../../src/core/identity/map-row.ts';
import { sqlUsername } from '../../src/core/identity/sql-username.ts';
import { runs } from '../runs.ts';

const issuer = 'https://sts.windows.net/8d1f4c1e-6b0a-4c7e-9a53-2f1c8f0b7a11/';
const domains = { primary: 'contoso.com', others: ['fabrikam.com'] };
const member = (upn: string) => ({ upn, enabled: true, kind: 'member' as const });
const bound = (upn: string, oid: string): Bound => ({ upn, oid, sqlUsername: upn.slice(0, upn.lastIndexOf('@')) });

const empty: OwnRowsInput = {
  issuer,
  domains,
  mode: 'pattern',
  users: ['root', 'admin', 'app', 'analytics_reader'].map((name) => ({ name })),
  ledger: [],
  people: new Map(),
  granting: null,
};

function named(input: OwnRowsInput, upn: string): string[] {
  const parsed = parseIdentityMap(ownRows(input).rows.join('\n'));
  assert.ok('rows' in parsed);
  assert.ok(parsed.rows.every((row) => isOwnRow(row, issuer, [domains.primary, ...domains.others])));
  const [old, young] = [false, true].map((caseInsensitive) => mapIdentity(parsed.rows, issuer, upn, { caseInsensitive }));
  assert.deepEqual(old, young);
  return young ?? [];
}

describe('our own rows', () => {
  it('yield nothing that exists on the cluster to anybody', () => {
    for (const name of ['root', 'admin', 'app', 'analytics_reader', 'public', 'node', 'none', 'pg_x', 'crdb_internal_x']) {
      for (const domain of ['contoso.com', 'fabrikam.com']) assert.deepEqual(named(empty, `${name}@${domain}`), []);
    }
    assert.deepEqual(named(empty, 'alice@contoso.com'), ['alice']);
    assert.deepEqual(named(empty, 'alice@fabrikam.com'), []);
  });

  const alice = bound('alice@contoso.com', 'a');
  const alice2 = bound('alice@fabrikam.com', 'a2');
  const withAlice = { ...empty, users: [...empty.users, { name: 'alice' }], ledger: [alice] };

  it('yield a SQL user to the person of the primary domain that the ledger ties it to', () => {
    assert.deepEqual(named({ ...withAlice, people: new Map([['a', member('Alice@Contoso.com')]]) }, 'alice@contoso.com'), [
      'alice',
    ]);
  });

  const changed: readonly [string, ReadonlyMap<string, ReturnType<typeof member>>][] = [
    ['is gone', new Map()],
    ['is disabled', new Map([['a', { ...member('alice@contoso.com'), enabled: false }]])],
    ['has another UPN now', new Map([['a', member('alice.park@contoso.com')]])],
    ['has moved to another domain', new Map([['a', member('alice@fabrikam.com')]])],
  ];
  for (const [what, people] of changed) {
    it(`yield it to nobody once the person ${what}`, () => {
      for (const upn of ['alice@contoso.com', 'alice@fabrikam.com']) assert.deepEqual(named({ ...withAlice, people }, upn), []);
    });
  }

  it('yield nothing to a guest', () => {
    const people = new Map([['a', { ...member('alice@contoso.com'), kind: 'guest' as const }]]);
    assert.deepEqual(named({ ...withAlice, people }, 'alice@contoso.com'), []);
  });

  it('get tighter before a person of another domain is granted', () => {
    const input = { ...empty, granting: alice2, people: new Map([['a2', member('alice@fabrikam.com')]]) };
    assert.deepEqual(named(input, 'alice@fabrikam.com'), ['alice']);
    assert.deepEqual(named(input, 'alice@contoso.com'), []);
  });

  it('keep to the ledger when the name to be granted belongs to somebody else', () => {
    const people = new Map([
      ['a', member('alice@contoso.com')],
      ['a2', member('alice@fabrikam.com')],
    ]);
    const input = { ...withAlice, granting: alice2, people };
    assert.deepEqual(named(input, 'alice@fabrikam.com'), []);
    assert.deepEqual(named(input, 'alice@contoso.com'), ['alice']);
  });

  it('give nothing to a person of a domain that is not verified', () => {
    const input = { ...empty, granting: bound('alice@evil.net', 'e'), people: new Map([['e', member('alice@evil.net')]]) };
    for (const upn of ['alice@evil.net', 'alice@contoso.com']) assert.deepEqual(named(input, upn), []);
  });

  const adopted = (upn: string, oid: string, sqlUsername: string): Bound => ({ upn, oid, sqlUsername });
  const obrien = adopted("o'brien@contoso.com", 'o', 'obrien');
  const park = adopted('alice.park@contoso.com', 'p', 'alice');
  const both = {
    ...empty,
    users: [...empty.users, { name: 'alice' }],
    ledger: [obrien, park],
    people: new Map([
      ['o', member("O'Brien@contoso.com")],
      ['p', member('alice.park@contoso.com')],
    ]),
  };

  it('yield an adopted SQL user, or one that was kept through a change of the UPN, to its person and to no bearer of its name', () => {
    for (const mode of ['pattern', 'people'] as const) {
      const input = { ...both, mode };
      assert.deepEqual(named(input, "o'brien@contoso.com"), ['obrien']);
      assert.deepEqual(
        named(input, 'alice.park@contoso.com'),
        ['alice'],
        'their own name alone, not the one that the UPN would give',
      );
      for (const upn of ['obrien@contoso.com', 'alice@contoso.com', 'obrien@fabrikam.com', 'alice@fabrikam.com']) {
        assert.deepEqual(named(input, upn), [], upn);
      }
    }
    assert.deepEqual(named(both, 'bob@contoso.com'), ['bob'], 'everybody else as ever');
  });

  it('yield an adopted SQL user to nobody once its person has another UPN, is disabled or gone', () => {
    for (const people of [
      new Map([['o', member('maeve@contoso.com')]]),
      new Map([['o', { ...member("o'brien@contoso.com"), enabled: false }]]),
      new Map(),
    ]) {
      for (const upn of ["o'brien@contoso.com", 'maeve@contoso.com', 'obrien@contoso.com']) {
        assert.ok(!named({ ...both, people }, upn).includes('obrien'), upn);
      }
    }
  });

  it('yield no SQL user that the UPN does not give because it is asked for: only the ledger says so', () => {
    const people = new Map([['m', member('mallory@contoso.com')]]);
    const input = { ...empty, people, granting: adopted('mallory@contoso.com', 'm', 'app') };
    assert.deepEqual(named(input, 'mallory@contoso.com'), ['mallory']);
  });

  it('yield no reserved name, whatever the ledger says', () => {
    for (const name of ['admin', 'root', 'pg_x', 'Ab']) {
      const input = { ...both, ledger: [adopted("o'brien@contoso.com", 'o', name)] };
      assert.deepEqual(named(input, "o'brien@contoso.com"), [], name);
    }
  });

  it('are literal for everybody when the policy says people', () => {
    const people = new Map([['a', member('alice@contoso.com')]]);
    const made = ownRows({ ...withAlice, mode: 'people', people });
    assert.deepEqual(made, { rows: [literalRow({ issuer, upn: 'alice@contoso.com', user: 'alice' })], form: 'people' });
  });

  it('refuse everybody when there is nobody, instead of letting the claim pass as the name', () => {
    assert.deepEqual(ownRows({ ...empty, mode: 'people' }), { rows: [denyRow(issuer)], form: 'people' });
    assert.deepEqual(named({ ...empty, mode: 'people' }, 'alice@contoso.com'), []);
  });

  it('are literal for everybody when the pattern would be longer than 16 KB', () => {
    const users = Array.from({ length: 300 }, (_, i) => ({ name: `svc_${((i * 2654435761) % 4294967296).toString(36)}` }));
    const input = { ...withAlice, users, people: new Map([['a', member('alice@contoso.com')]]) };
    assert.equal(ownRows(input).form, 'people');
    assert.deepEqual(named(input, 'alice@contoso.com'), ['alice']);
    assert.deepEqual(named(input, 'bob@contoso.com'), []);
  });

  it('are the same whatever the order of users and ledger', () => {
    const people = new Map(['a', 'b', 'c'].map((k) => [k, member(`${k}@fabrikam.com`)]));
    const ledger = ['a', 'b', 'c'].map((k) => bound(`${k}@fabrikam.com`, k));
    const one = ownRows({ ...empty, ledger, people });
    const other = ownRows({ ...empty, ledger: [...ledger].reverse(), users: [...empty.users].reverse(), people });
    assert.deepEqual(one, other);
  });

  it('yield to every UPN the one SQL user that is its person’s by the ledger, else by the UPN, and that is nobody else’s, or nothing', () => {
    const local = fc.string({ unit: fc.constantFrom(..."aks.'"), minLength: 1, maxLength: 2 });
    const name = fc.string({ unit: fc.constantFrom(...'aks'), minLength: 1, maxLength: 2 });
    const upn = fc.tuple(local, fc.constantFrom('contoso.com', 'fabrikam.com', 'evil.net')).map((parts) => parts.join('@'));
    const person = fc.record({
      was: upn,
      now: fc.option(upn),
      enabled: fc.boolean(),
      kind: fc.constantFrom<'member' | 'guest'>('member', 'member', 'member', 'guest'),
      keeps: fc.boolean(),
      // Adopted, or renamed: the ledger has another name for them than their UPN gives.
      bound: fc.option(name),
    });
    const facts = fc.record({
      people: fc.array(person, { maxLength: 6 }),
      services: fc.array(name, { maxLength: 4 }),
      mode: fc.constantFrom<'pattern' | 'people'>('pattern', 'people'),
    });
    const property = fc.property(facts, fc.array(upn, { maxLength: 10 }), ({ people, services, mode }, asked) => {
      const named1 = people.map((p, i) => ({
        ...p,
        now: p.keeps ? p.was : p.now,
        oid: String(i),
        name: p.bound ?? given(p.was),
      }));
      const ledger = named1
        .flatMap((p) => (p.name === null ? [] : [{ oid: p.oid, upn: p.was, sqlUsername: p.name }]))
        .filter((row, i, all) => all.findIndex((other) => other.sqlUsername === row.sqlUsername) === i);
      const directory = new Map(
        named1.flatMap((p) => (p.now === null ? [] : [[p.oid, { upn: p.now, enabled: p.enabled, kind: p.kind }] as const])),
      );
      const input: OwnRowsInput = {
        ...empty,
        mode,
        ledger,
        people: directory,
        users: [...empty.users, ...services.map((user) => ({ name: user }))],
      };
      const exists = new Set([...input.users.map((u) => u.name), ...ledger.map((row) => row.sqlUsername)]);
      for (const one of [...asked, ...named1.map((p) => p.was), ...named1.flatMap((p) => (p.now === null ? [] : [p.now]))]) {
        // A directory has each UPN once; here it may come twice.
        const bearers = ledger.filter((row) => row.upn === one && directory.get(row.oid)?.upn === one);
        for (const found of named(input, one)) {
          const row = ledger.find((r) => r.sqlUsername === found);
          if (row === undefined) {
            assert.equal(found, given(one));
            assert.ok(!exists.has(found), `${found} is there and nobody's person has it`);
            assert.ok(mode === 'pattern' && one.endsWith('@contoso.com'));
            continue;
          }
          const its = directory.get(row.oid);
          assert.equal(its?.upn, one, 'the ledger’s person is who bears this UPN now');
          assert.equal(row.upn, one, 'and bore it when the ledger was written');
          assert.ok(its?.enabled === true && its.kind === 'member');
        }
        const entitled = bearers.filter((row) => directory.get(row.oid)?.enabled && directory.get(row.oid)?.kind === 'member');
        if (entitled.length > 0 && !one.endsWith('@evil.net') && entitled.every((row) => row.sqlUsername !== given(one))) {
          assert.deepEqual(named(input, one).sort(), entitled.map((row) => row.sqlUsername).sort(), 'theirs, and no second name');
        }
      }
    });
    fc.assert(property, runs(25, 200));
  });
});

function given(upn: string): string | null {
  const derived = sqlUsername(upn);
  return 'name' in derived ? derived.name : null;
}
