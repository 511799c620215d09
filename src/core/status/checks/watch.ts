/** What is said beside the cluster itself, and changes no verdict: the directory's collisions, and the watch over it. */

import type { Check } from '../../cluster/report.ts';
import { utc } from '../../messages/card.ts';
import { span } from '../../messages/span.ts';
import type { Facts } from '../facts.ts';
import { check, count, type Look, some } from './check.ts';

/** Pairs of people whose names collapse to one SQL user, as they were last looked for. */
export const directory: Look = ({ collisions }) => {
  if ('silent' in collisions)
    return [check('directory', 'note', `When it was last looked for collisions can't be told: ${collisions.silent}.`)];
  if (collisions.is === null)
    return [
      check(
        'directory',
        'note',
        'Nobody has looked yet whose names collapse to one SQL user. At the command line, collisions does.',
      ),
    ];
  const { groups, examples } = read(collisions.is.says);
  const at = utc(collisions.is.at, 'date');
  if (groups === null) return [check('directory', 'note', `What was found in the directory at ${at} can't be read.`)];
  if (groups === 0)
    return [check('directory', 'ok', `No two people of the directory have names that collapse to one SQL user (${at}).`)];
  return [
    check(
      'directory',
      'note',
      `${count(groups, 'group')} of people in the directory ${groups === 1 ? 'has' : 'have'} names that collapse to one SQL user (${at})${examples.length === 0 ? '' : `: ${some(examples)}`}. Whoever is granted first gets the name.`,
      {
        next: 'An admin ties the others to names of their own ("adopt", at the command line). "collisions" lists all of them.',
      },
    ),
  ];
};

/** `{ groups, examples }`, whatever else is in it: it was kept as plain JSON, maybe by another version. */
function read(says: unknown): { readonly groups: number | null; readonly examples: readonly string[] } {
  if (typeof says !== 'object' || says === null) return { groups: null, examples: [] };
  const { groups, examples } = says as { readonly groups?: unknown; readonly examples?: unknown };
  const list = Array.isArray(examples) ? (examples as readonly unknown[]) : [];
  return {
    groups: typeof groups === 'number' && groups >= 0 ? Math.floor(groups) : null,
    examples: list.flatMap((one) => exampleOf(one) ?? []),
  };
}

function exampleOf(one: unknown): string | null {
  if (typeof one === 'string') return short(one);
  if (typeof one !== 'object' || one === null) return null;
  const texts = Object.values(one).flatMap((value: unknown) => (Array.isArray(value) ? (value as readonly unknown[]) : [value]));
  const named = texts.filter((text): text is string => typeof text === 'string');
  return named.length === 0 ? null : short(named.join(', '));
}

const short = (text: string): string => (text.length <= 120 ? text : `${text.slice(0, 120)}…`);

export const watch: Look = (facts) => [...pausedNote(facts), ...lastCheck(facts)];

function pausedNote({ paused, now }: Facts): readonly Check[] {
  if ('silent' in paused) return [check('watch', 'note', `Whether the watch runs can't be told: ${paused.silent}.`)];
  if (paused.is === null) return [];
  const { since, by } = paused.is;
  return [
    check(
      'watch',
      'note',
      `The watch was paused by ${by} at ${utc(since, 'date')}, ${span(since, now)} ago: no key watch, no scheduled check, no setting that the bot writes by itself.`,
      {
        next: 'At the command line, watch resume.',
      },
    ),
  ];
}

/** Checks come every `checkSeconds`; after three of those without one, something is the matter with the bot. */
function lastCheck({ seen, paused, now, watching }: Facts): readonly Check[] {
  const runs = 'is' in paused && paused.is === null;
  if ('silent' in seen) return [check('watch', 'note', `When the scheduled checks last ran can't be told: ${seen.silent}.`)];
  if (seen.is === null) return runs ? [check('watch', 'note', 'No scheduled check has been made yet.')] : [];
  const { checkedAt, lastHealthy } = seen.is;
  const healthy = lastHealthy === null ? 'None has found it healthy yet.' : `Last healthy at ${utc(lastHealthy, 'date')}.`;
  const found = `Last scheduled check at ${utc(checkedAt, 'date')}. ${healthy}`;
  const late = runs && now.getTime() - checkedAt.getTime() > 3000 * watching.checkSeconds;
  if (!late) return [check('watch', runs ? 'ok' : 'note', found)];
  return [
    check('watch', 'note', `${found} None since, though one is due every ${watching.checkSeconds} s.`, {
      next: 'Whoever runs the bot looks at its log.',
    }),
  ];
}
