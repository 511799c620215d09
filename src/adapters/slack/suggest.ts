/** What a choice offers while somebody types into it: Slack asks at every letter, and again when one is taken back. */

import type { Suggest } from '../../core/ports.ts';
import type { Option } from '../../core/messages/form.ts';

/** What somebody was offered stays good for a minute: what is chosen is checked anew when the form is sent. */
const goodFor = 60_000;
const remembered = 1_000;

interface Offered {
  readonly options: Promise<readonly Option[]>;
  readonly until: number;
}

/** As `suggest`, but what the same person asked within the last minute is not asked again, nor is what is being asked. */
export function remembering(suggest: Suggest, now: () => number = Date.now): Suggest {
  const known = new Map<string, Offered>();
  return (door, field, typed) => {
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
  };
}
