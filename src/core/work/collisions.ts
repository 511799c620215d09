import { type Collision, type Collisions, collisions } from '../identity/collisions.ts';
import type { World } from '../ports.ts';

const note = 'collisions';
const dayMillis = 86_400_000;
const mostExamples = 5;
const mostNamed = 3;

/**
 * Whose names collapse to one SQL user, over the whole directory.
 *
 * @throws Fault when the directory does not answer
 */
export function findCollisions(world: World, tell?: (users: number, pass: 1 | 2) => void): Promise<Collisions> {
  const roles = new Set([...world.policy.entitlements.values()].flatMap((entitlement) => entitlement.roles));
  return collisions(() => world.directory.everybody(), roles, tell);
}

/** Whether nobody has looked since yesterday. */
export async function collisionsAreDue({ store }: World): Promise<boolean> {
  const last = await store.watch.note(note);
  return last === null || (await store.now()).getTime() - last.at.getTime() >= dayMillis;
}

/** Looks, and keeps what the next status says of it: how many groups there are, and the first of them. */
export async function watchCollisions(world: World): Promise<void> {
  const { groups } = await findCollisions(world);
  await world.store.watch.keepNote(note, {
    groups: groups.length,
    examples: groups.slice(0, mostExamples).map(exampleText),
  });
}

function exampleText({ sqlUsername, people }: Collision): string {
  const rest = people.length - mostNamed;
  const upns = people.slice(0, mostNamed).map(({ upn }) => upn);
  return `${sqlUsername} (${upns.join(', ')}${rest > 0 ? ` and ${rest} more` : ''})`;
}
