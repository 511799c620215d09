import type { Person } from '../request/request.ts';
import type { Card } from './card.ts';

/** To the admins: a person's UPN changed, and with one command their SQL user follows them. */
export function upnChanged(cluster: string, sqlUsername: string, person: Person, was: string): Card {
  return {
    title: ['Needs an admin: the UPN of ', { strong: person.displayName }, ' has changed'],
    blocks: [
      {
        kind: 'text',
        text: [
          'It was ',
          { code: was },
          ' and is ',
          { code: person.upn },
          ' now. The SQL user ',
          { code: sqlUsername },
          ' on ',
          { code: cluster },
          ' stays theirs, but the identity map knows them by the old UPN, so they can neither log in nor be granted more. This shows what would be changed, and with ',
          { code: '--yes' },
          ' changes it:',
        ],
      },
      { kind: 'code', code: `npm run -s cli -- rebind ${sqlUsername} --upn ${shellWord(person.upn)} --cluster ${cluster}` },
    ],
  };
}

/** For a POSIX shell: whole in single quotes unless it is harmless without. */
const shellWord = (text: string): string => (/^[\w.@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
