import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { type Collisions, collisions } from '../../src/core/identity/collisions.ts';
import { sqlUsername } from '../../src/core/identity/sql-username.ts';
import { twice } from '../../src/core/identity/twice.ts';
import type { DirectoryUser } from '../../src/core/ports.ts';
import { runs } from '../runs.ts';

const user = (oid: string, upn: string, but: Partial<DirectoryUser> = {}): DirectoryUser => ({
  oid,
  upn,
  displayName: upn,
  mail: null,
  enabled: true,
  kind: 'member',
  ...but,
});

async function* pages(all: readonly DirectoryUser[], size = 3): AsyncGenerator<readonly DirectoryUser[]> {
  for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size);
}

const over = (all: readonly DirectoryUser[], roles: readonly string[] = []): Promise<Collisions> =>
  collisions(() => pages(all), new Set(roles));

describe('the collision finder', () => {
  it('finds people of two domains, of two cases and of two foldings, and nobody else', async () => {
    const found = await over([
      user('1', 'alice@contoso.com'),
      user('2', 'bob@contoso.com'),
      user('3', 'Alice@fabrikam.com'),
      user('4', 'KIM@contoso.com'),
      user('5', '\u212aim@fabrikam.com'),
      user('6', 'carol@contoso.com'),
    ]);
    assert.deepEqual(found.groups, [
      {
        sqlUsername: 'alice',
        people: [
          { upn: 'Alice@fabrikam.com', enabled: true },
          { upn: 'alice@contoso.com', enabled: true },
        ],
      },
      {
        sqlUsername: 'kim',
        people: [
          { upn: 'KIM@contoso.com', enabled: true },
          { upn: '\u212aim@fabrikam.com', enabled: true },
        ],
      },
    ]);
    assert.deepEqual([found.people, found.guests, found.complete], [6, 0, true]);
  });

  it('counts whoever is disabled, because they may be enabled again, and leaves guests out', async () => {
    const found = await over([
      user('1', 'alice@contoso.com'),
      user('2', 'alice@fabrikam.com', { enabled: false }),
      user('3', 'bob@contoso.com'),
      user('4', 'bob@partner.example', { kind: 'guest' }),
    ]);
    assert.deepEqual(
      found.groups.map(({ sqlUsername: name, people }) => [name, people.map(({ enabled }) => enabled)]),
      [['alice', [true, false]]],
    );
    assert.deepEqual([found.people, found.guests], [3, 1]);
  });

  it('counts names that can be no SQL user, and names those that are reserved or a role', async () => {
    const found = await over(
      [
        user('1', "o'brien@contoso.com"),
        user('2', 'admin@contoso.com'),
        user('3', 'Root@contoso.com'),
        user('4', 'analytics_reader@contoso.com'),
        user('5', 'pg_dump@contoso.com', { enabled: false }),
        user('6', "o'brien@fabrikam.com"),
      ],
      ['analytics_reader'],
    );
    assert.equal(found.impossible, 2);
    assert.deepEqual(
      found.reserved.first.map((one) => [one.sqlUsername, one.enabled]),
      [
        ['admin', true],
        ['root', true],
        ['analytics_reader', true],
        ['pg_dump', false],
      ],
    );
    assert.deepEqual(found.groups, []);
  });

  it('names the first of many reserved ones and counts them all', async () => {
    const found = await over(Array.from({ length: 250 }, (_, n) => user(`${n}`, `admin@d${n}.example`)));
    assert.deepEqual([found.reserved.count, found.reserved.first.length], [250, 100]);
  });

  it('takes no person for two when a page comes twice, or when the directory changes between the passes', async () => {
    const alice = user('1', 'alice@contoso.com');
    const first = [alice, alice, user('2', 'bob@contoso.com'), user('3', 'bob@fabrikam.com')];
    const second = [alice, alice, user('2', 'bob@contoso.com'), user('4', 'new@contoso.com'), user('5', 'new@fabrikam.com')];
    let pass = 0;
    const found = await collisions(() => pages(pass++ === 0 ? first : second), new Set());
    assert.deepEqual(found.groups, []);
  });

  it('says the same as a table of everybody, whoever there is', async () => {
    const name = fc.stringMatching(/^[abAB.'-]{1,3}$/);
    const person = fc.record({
      local: name,
      domain: fc.constantFrom('contoso.com', 'fabrikam.com', 'adatum.com'),
      guest: fc.boolean(),
    });
    const property = fc.asyncProperty(
      fc.array(person, { maxLength: 40 }),
      fc.integer({ min: 1, max: 9 }),
      async (people, size) => {
        const all = people.map(({ local, domain, guest }, n) =>
          user(`${n}`, `${local}@${domain}`, { kind: guest ? 'guest' : 'member' }),
        );
        const by = new Map<string, string[]>();
        for (const { upn, kind } of all) {
          const found = sqlUsername(upn);
          if (kind === 'member' && 'name' in found) by.set(found.name, [...(by.get(found.name) ?? []), upn]);
        }
        const wanted = [...by].filter(([, upns]) => upns.length > 1).map(([one, upns]) => [one, upns.sort()]);
        const found = await collisions(() => pages(all, size), new Set());
        assert.deepEqual(
          found.groups.map((group) => [group.sqlUsername, group.people.map(({ upn }) => upn)]),
          wanted.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
        );
      },
    );
    await fc.assert(property, runs(100, 2000));
  });

  it('keeps so many groups and says that there are more', async () => {
    async function* crowded(): AsyncGenerator<readonly DirectoryUser[]> {
      for (let page = 0; page < 500; page += 1)
        yield Array.from({ length: 500 }, (_, n) => {
          const at = page * 500 + n;
          return user(`${at}`, `p${at >> 1}@d${at & 1}.example`);
        });
    }
    const found = await collisions(crowded, new Set());
    assert.equal(found.complete, false);
    assert.ok(found.groups.length >= 50_000 && found.groups.length <= 100_000, `${found.groups.length}`);
  });

  it('needs no more memory for ten times as many people', () => {
    const file = fileURLToPath(new URL('./collisions-memory.ts', import.meta.url));
    const ran = spawnSync(process.execPath, ['--expose-gc', '--import', import.meta.resolve('tsx'), file], { encoding: 'utf8' });
    assert.equal(ran.status, 0, ran.stderr);
    const { few, many } = JSON.parse(ran.stdout) as Record<'few' | 'many', { groups: number; megabytes: number }>;
    assert.deepEqual([few.groups, many.groups], [10, 10]);
    // 200,000 UPNs alone would take some 20 MB.
    assert.ok(many.megabytes - few.megabytes < 3, `${few.megabytes} MB, then ${many.megabytes} MB`);
  });
});

describe('what came twice', () => {
  it('is always known to, and what came once is rarely taken for it', () => {
    const names = twice();
    for (let n = 0; n < 100_000; n += 1) names.add(`person.${n}`);
    for (let n = 0; n < 100_000; n += 10) names.add(`person.${n}`);
    let wrong = 0;
    for (let n = 0; n < 100_000; n += 1) {
      if (n % 10 === 0) assert.ok(names.mayBe(`person.${n}`));
      else if (names.mayBe(`person.${n}`)) wrong += 1;
    }
    // By chance: 100,000 of 16.7 million places are taken, so some 600 names share one.
    assert.ok(wrong < 1000, `${wrong}`);
  });
});
