import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { Ability } from '../../src/core/cluster/cluster.ts';
import { Fault } from '../../src/core/errors.ts';
import { abilityLines, abilitySummary } from '../../src/core/messages/abilities.ts';
import { runs } from '../runs.ts';
import { product } from './product-rig.ts';

const table = (name: string, ...privileges: string[]): Ability => ({
  kind: 'table',
  name: `analytics.public.${name}`,
  privileges,
});
const writing: readonly string[] = ['INSERT', 'UPDATE', 'DELETE', 'ALL'];
const tables = (count: number, ...privileges: string[]): Ability[] =>
  Array.from({ length: count }, (_, i) => table(`t${privileges.join('')}${i}`, ...privileges));

suite('what roles can do, in a few words', () => {
  const cases: readonly (readonly [string, readonly Ability[] | null, string | null])[] = [
    ['it can not be seen', null, null],
    ['nothing', [], 'read and write no table in analytics.'],
    ['reading', tables(14, 'SELECT'), 'read 14 tables in analytics (SELECT). Cannot write.'],
    ['reading one', tables(1, 'SELECT'), 'read 1 table in analytics (SELECT). Cannot write.'],
    ['reading and writing', tables(3, 'INSERT', 'SELECT', 'UPDATE'), 'read and write (INSERT, UPDATE) 3 tables in analytics.'],
    [
      'writing some and reading others',
      [...tables(2, 'DELETE', 'SELECT'), ...tables(5, 'SELECT')],
      'read and write (DELETE) 2 tables in analytics; read 5 other tables in analytics (SELECT).',
    ],
    ['writing without reading', tables(1, 'INSERT'), 'write (INSERT) 1 table in analytics.'],
    ['everything', tables(2, 'ALL'), 'read and write (ALL) 2 tables in analytics.'],
    [
      'what is beyond rows',
      [
        ...tables(2, 'SELECT', 'DROP'),
        { kind: 'database', name: 'analytics', privileges: ['CONNECT', 'CREATE'] },
        { kind: 'system', name: 'system', privileges: ['MODIFYCLUSTERSETTING'] },
        { kind: 'schema', name: 'analytics.public', privileges: ['USAGE'] },
      ],
      'read 2 tables in analytics (SELECT). Cannot write. Also: DROP on table (2 times), CREATE on database, MODIFYCLUSTERSETTING (whole cluster).',
    ],
  ];
  for (const [what, abilities, says] of cases) {
    test(what, () => assert.equal(abilitySummary(abilities, 'analytics'), says));
  }

  test('never says that somebody can not write who can, whatever else they can do', () => {
    const privilege = fc.constantFrom('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'ALL', 'DROP', 'CREATE', 'ZONECONFIG', 'BACKUP');
    const ability = fc.record({
      kind: fc.constantFrom('table' as const, 'schema' as const, 'database' as const, 'system' as const),
      name: fc.constantFrom('analytics.public.a', 'analytics.public.b', 'analytics'),
      privileges: fc.uniqueArray(privilege, { minLength: 1 }),
    });
    fc.assert(
      fc.property(fc.array(ability), (abilities) => {
        const says = abilitySummary(abilities, 'analytics') ?? '';
        const writes = abilities.some((a) => a.kind === 'table' && a.privileges.some((one) => writing.includes(one)));
        assert.equal(writes, / write \(|^write \(/.test(says), says);
        assert.ok(!(writes && says.includes('Cannot write')), says);
        for (const other of ['DROP', 'CREATE', 'ZONECONFIG', 'BACKUP'] as const) {
          const seen = abilities.some((a) => a.privileges.includes(other));
          assert.ok(!seen || says.includes(other) || says.includes('more kinds'), says);
        }
      }),
      runs(300, 20_000),
    );
  });

  test('in full: one line a thing, tables first, cut with a count', () => {
    const { lines, more } = abilityLines(
      [{ kind: 'database', name: 'analytics', privileges: ['CONNECT'] }, table('b', 'SELECT'), table('a', 'INSERT', 'SELECT')],
      2,
    );
    assert.deepEqual(lines, [
      { on: 'analytics.public.a', privileges: 'INSERT, SELECT' },
      { on: 'analytics.public.b', privileges: 'SELECT' },
    ]);
    assert.equal(more, 1);
  });
});

suite('the approvers’ card', () => {
  const p = product('evidence');

  test('says what the person can then, holds now and asked for before', async () => {
    const [alice, bob] = [p.o.person('alice'), p.o.person('bob', true)];
    await p.types(alice, 'request reporting');
    await p.request(alice, 'granted');
    const { request: denied, place } = await p.pending(alice, 'billing');
    await p.sends(bob, 'deny', denied.id, {}, place);
    await p.settle();
    p.o.abilities = tables(14, 'SELECT');
    const { request } = await p.pending(alice, 'analytics because Q4 churn numbers');
    const card = await p.card(request.id);
    assert.match(card, /^alice asks for analytics on prod$/m);
    assert.match(card, /^Can then: read 14 tables in analytics \(SELECT\)\. Cannot write\.$/m);
    assert.match(card, /^With: the SQL role analytics_reader$/m);
    assert.match(card, /^Because: Q4 churn numbers$/m);
    assert.match(card, /^Decide by: 2\S+ \S+ UTC, 8 h after it was asked$/m);
    assert.match(card, /^Holds now: reporting on prod \(role reporting_reader\) · 2 earlier requests: 1 denied, 1 granted$/m);
    assert.match(card, /^Who: alice@contoso\.com · .*account enabled/m);
  });

  test('says of somebody new that they hold nothing', async () => {
    const alice = p.o.person('alice');
    p.o.person('bob', true);
    const { request } = await p.pending(alice);
    assert.match(await p.card(request.id), /^Holds now: nothing on prod · no earlier request$/m);
  });

  test('says what it can not see, and waits for no cluster that does not answer', async () => {
    const alice = p.o.person('alice');
    p.o.person('bob', true);
    p.o.fail = (what) => {
      if (what.startsWith('cluster.')) throw new Fault('cluster_unavailable', 'later', 'down');
    };
    const { request } = await p.pending(alice);
    const card = await p.card(request.id);
    assert.match(card, /^Can then: use the SQL role analytics_reader in analytics; what that lets somebody do I can’t see/m);
    assert.match(card, /^Holds now: nothing on prod \(it did not answer, so this is from my own records\)/m);
  });
});

suite('a reason, however hostile or long', () => {
  const p = product('reasons');
  const hostile =
    '<!channel>\u0000 <@U0BOB> <https://evil.example|click> *bold* `code`\n\u202eevil\u2066 \u0007bell\u200f \ud800 tail';
  const plain = '<!channel> <@U0BOB> <https://evil.example|click> *bold* `code`\nevil bell \ufffd tail';

  test('goes through, and is kept as words', async () => {
    const alice = p.o.person('alice');
    p.o.person('bob', true);
    const { request } = await p.pending(alice, `analytics because ${hostile}`);
    assert.equal(request.reason, plain);
    const [line] = await p.world.store.audit.read({ requestId: request.id });
    assert.equal(line?.details['reason'], plain);
    assert.ok((await p.card(request.id)).includes(`Because: ${plain}`));
  });

  test('of 10,000 characters is kept whole and cut on the card, which says so and where the rest is', async () => {
    const alice = p.o.person('alice');
    p.o.person('bob', true);
    const long = `${'long '.repeat(1999)}end😀`;
    const { request, place } = await p.pending(alice, `analytics because ${long}`);
    assert.equal(request.reason, long);
    const card = await p.card(request.id);
    assert.ok(!card.includes('end😀'));
    assert.match(card, /Cut here: these are 9999 characters\. All of it is under Details\./);
    await p.presses(p.o.person('bob', true), 'approve', request.id, place);
    assert.match(await p.card(request.id), /All of it is kept with the request\./);
  });
});
