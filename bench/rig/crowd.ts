/** Many people, since one person has one SQL user and is sent one direct message a second. */

import type { SandboxPerson } from '../../src/sandbox/people.ts';
import { people as residents, primaryDomain } from '../../src/sandbox/people.ts';

/** The n-th of the crowd: the same wherever it is made. Key, ids and names hold the number in one spelling, so that a tape can be played for anybody. */
export function member(n: number): SandboxPerson {
  const key = `p${String(n).padStart(6, '0')}`;
  return {
    key,
    name: `Person ${key}`,
    upn: `${key}@${primaryDomain}`,
    mail: `${key}@${primaryDomain}`,
    oid: `00bec000-aaaa-4bbb-8ccc-${String(n).padStart(12, '0')}`,
    slackUserId: `U1${key.toUpperCase()}`,
    enabled: true,
    kind: 'member',
    appRoles: ['Crdb.Request', 'Crdb.Billing.Request'],
    channels: ['general'],
  };
}

/** Members `from` to `from + count - 1`. */
export const members = (from: number, count: number): readonly SandboxPerson[] =>
  Array.from({ length: count }, (_, i) => member(from + i));

/** Those that the sandbox has anyhow, and this many more. */
export const city = (count: number): readonly SandboxPerson[] => [...residents, ...members(1, count)];

/** A person's direct messages with the bot, as the stand-in names them. */
export const directMessages = (person: SandboxPerson): string => `D${person.slackUserId.slice(1)}`;
