/** What a choice offers while somebody types into it: in time, whatever happens behind it. */

import type { Log, Suggest } from '../../core/ports.ts';
import type { Option } from '../../core/messages/form.ts';
import { answerWithin, within } from './record.ts';

/** What somebody was offered stays good for a minute: what is chosen is checked anew when the form is sent. */
const goodFor = 60_000;
const remembered = 1_000;
/** Nothing that can be chosen has a longer name; whatever is typed beyond that finds nothing new. */
const typedRoom = 200;

interface Offered {
  readonly options: Promise<readonly Option[]>;
  readonly until: number;
}

/**
 * As `suggest`, but within the three seconds that Slack gives, and without a word of what went wrong: nothing is offered then. A
 * question that the same person asked within the last minute is not asked again, nor is one that is being asked.
 */
export function inTime(suggest: Suggest, log: Log, now: () => number = Date.now): Suggest {
  const known = new Map<string, Offered>();

  function ask(...[door, field, typed]: Parameters<Suggest>): Promise<readonly Option[]> {
    const key = JSON.stringify([door.team, door.user, field, typed]);
    const before = known.get(key);
    if (before !== undefined && before.until > now()) return before.options;
    const options = Promise.resolve().then(() => suggest(door, field, typed));
    known.delete(key);
    known.set(key, { options, until: now() + goodFor });
    options.catch(() => known.delete(key));
    for (const oldest of known.keys()) {
      if (known.size <= remembered) break;
      known.delete(oldest);
    }
    return options;
  }

  return async (door, field, typed) => {
    const asked = ask(door, field, typed.slice(0, typedRoom)).catch((error: unknown) => {
      log.warn({ field, error: error instanceof Error ? error.message : 'unknown' }, 'nothing could be offered for a choice');
      return [];
    });
    const options = await within(answerWithin, asked, null);
    if (options === null) log.warn({ field }, 'what a choice offers takes too long');
    return options ?? [];
  };
}
