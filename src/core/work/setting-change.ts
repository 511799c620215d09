import { Fault } from '../errors.ts';
import type { World } from '../ports.ts';

/** Does whatever a change of settings owes now: its card, its end, its writing. */
export async function workSettingChange(_world: World, _id: string): Promise<void> {
  throw new Fault('not_yet', 'later', 'not built');
}
