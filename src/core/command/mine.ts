import type { Card } from '../messages/card.ts';
import { mine as shown } from '../messages/mine.ts';
import type { DirectoryUser, World } from '../ports.ts';
import { standing } from './standing.ts';

/** What this person has, what waits, and what became of earlier requests. */
export async function mine(world: World, person: DirectoryUser): Promise<Card> {
  return shown(await standing(world, person.oid));
}
