import type { Collisions } from '../core/identity/collisions.ts';
import type { World } from '../core/ports.ts';
import { findCollisions } from '../core/work/collisions.ts';
import { printable } from './lines.ts';
import type { ExitCode, Output } from './output.ts';

/**
 * Goes through the whole directory and prints whose names collapse to one SQL user; nothing is written anywhere.
 *
 * @param asked.progress whether how far it is is to be said on standard error: somebody looks on
 * @returns 0 nobody's, 1 somebody's
 * @throws Fault when the directory does not answer
 */
export async function printCollisions(
  world: World,
  asked: { readonly json: boolean; readonly progress: boolean },
  out: Output,
): Promise<ExitCode> {
  const tell = (users: number, pass: 1 | 2): void => out.stderr(`\r${pass} of 2: ${users} users`);
  const found = await findCollisions(world, asked.progress ? tell : undefined);
  if (asked.progress) out.stderr('\r\u001b[K');
  out.stdout(asked.json ? `${JSON.stringify(found)}\n` : collisionsText(found));
  return found.groups.length > 0 ? 1 : 0;
}

function collisionsText({ people, guests, groups, complete, impossible, reserved }: Collisions): string {
  const lines = [
    `Members: ${people}. Guests, left out because they are given no SQL user: ${guests}.`,
    groups.length === 0
      ? 'No two of them have names that collapse to one SQL user.'
      : `SQL users that several of them would be (whoever is granted first gets the name): ${complete ? '' : 'at least '}${groups.length}`,
    ...groups.map(({ sqlUsername, people: of }) => `  ${sqlUsername}: ${of.map(personText).join(', ')}`),
    `Names that can't be a SQL user (an admin can tie the person to another one, adopt): ${impossible}`,
    `Names of a role that is granted, of admin, or of what CockroachDB keeps for itself: ${reserved.count}`,
    ...reserved.first.map((one) => `  ${one.sqlUsername}: ${personText(one)}`),
    ...(reserved.count > reserved.first.length ? [`  and ${reserved.count - reserved.first.length} more`] : []),
  ];
  return lines.map((line) => `${printable(line)}\n`).join('');
}

const personText = ({ upn, enabled }: { readonly upn: string; readonly enabled: boolean }): string =>
  enabled ? upn : `${upn} (disabled)`;
