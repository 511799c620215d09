import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseIdentityMap } from '../../src/core/identity/identity-map.ts';
import { lintMap } from '../../src/core/identity/lint/lint.ts';
import { worstLines } from '../../src/core/identity/lint/worst.ts';
import type { LintFacts, MapQuestion } from '../../src/core/ports.ts';
import { facts } from '../corpus/identity-maps/entry.ts';
import { faulty } from '../corpus/identity-maps/faulty.ts';
import { good } from '../corpus/identity-maps/good.ts';

const asked = (map: string, but: Partial<Omit<MapQuestion, 'facts'>> & { facts?: Partial<LintFacts> } = {}): MapQuestion => ({
  map,
  except: [],
  most: 6,
  ...but,
  facts: { ...facts, ...but.facts },
});

const [issuer = ''] = facts.issuers ?? [];
const [open, shut] = [`${issuer} /(.*)@contoso.com \\1`, `${issuer} /^([a-z]+)@contoso\\.com$/ \\1`];
const gravities = (question: MapQuestion) => worstLines(question).lines.map(({ line, gravity }) => [line, gravity]);

suite('the worst lines of a map', () => {
  test('are none of a good one', () => {
    for (const entry of good) {
      const map = entry.map.join('\n');
      assert.deepEqual(worstLines(asked(map, { facts: entry.facts ?? {} })), { lines: [], more: null }, map);
    }
  });

  test('come with every finding of theirs, as the lint has them', () => {
    for (const entry of faulty) {
      const question = asked(entry.map.join('\n'), { facts: entry.facts ?? {}, most: 1000 });
      const all = worstLines(question).lines.flatMap(({ findings }) => findings);
      const key = (one: unknown): string => JSON.stringify(one);
      assert.deepEqual(all.map(key).sort(), lintMap(question.map, question.facts).map(key).sort());
    }
  });

  test('come worst first, and of the rest it is said how many and how bad', () => {
    const map = [shut, open, open, shut].join('\n');
    assert.deepEqual(gravities(asked(map)), [
      [2, 'open'],
      [3, 'open'],
      [1, 'shut'],
      [4, 'shut'],
    ]);
    const { lines, more } = worstLines(asked(map, { most: 1 }));
    assert.deepEqual([lines.map(({ line }) => line), more], [[2], { lines: 3, gravity: 'open' }]);
  });

  test('leave out what nothing is asked about', () => {
    assert.deepEqual(gravities(asked([shut, open].join('\n'), { except: [2] })), [[1, 'shut']]);
    assert.deepEqual(worstLines(asked(open, { except: [1] })), { lines: [], more: null });
  });

  test('keep everybody out where the only row of our issuer is one that keeps people out', () => {
    assert.deepEqual(gravities(asked(shut, { facts: { issuer } })), [[1, 'all-out']]);
    assert.deepEqual(gravities(asked(`${shut}\n${shut}`, { facts: { issuer } })), [
      [1, 'shut'],
      [2, 'shut'],
    ]);
  });

  test('are offered with nothing against them any more, or not at all', () => {
    let offered = 0;
    for (const entry of faulty) {
      const question = asked(entry.map.join('\n'), { facts: entry.facts ?? {} });
      for (const { corrected, gravity } of worstLines(question).lines) {
        if (corrected === null || gravity === 'note') continue;
        offered += 1;
        assert.ok('rows' in parseIdentityMap(corrected), corrected);
        const against = lintMap(corrected, question.facts).filter(({ weight }) => weight !== 'note');
        assert.deepEqual(against, [], corrected);
      }
    }
    assert.ok(offered >= 30, `${offered}`);
  });

  test('share what may be spent on correcting them: what that does not reach is offered nothing, rather than anything unproven', () => {
    // Easily read, and dear to correct: the row that keeps all of these names out is long.
    const names = Array.from({ length: 60 }, (_, n) => `${((n * 7919) % 4093).toString(36)}-${(n * n).toString(36)}`);
    const rows = Array.from({ length: 8 }, () => open);
    const { lines } = worstLines(asked(rows.join('\n'), { facts: { names }, most: 8 }));
    assert.deepEqual(new Set(lines.map(({ gravity }) => gravity)), new Set(['open']));
    assert.notEqual(lines.at(0)?.corrected, null);
    assert.equal(lines.at(-1)?.corrected, null);
  });
});
