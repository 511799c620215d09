import type { Card } from '../messages/card.ts';
import type { Form } from '../messages/form.ts';
import type { DirectoryUser, World } from '../ports.ts';

/**
 * What would be written to a cluster's settings, and who would gain or lose a login by it, in a form whose button applies it.
 *
 * @param cluster as the button carried it
 */
export async function planForm(
  _world: World,
  cluster: string,
  _person: DirectoryUser,
): Promise<{ readonly says: Card } | { readonly atOnce: Form; readonly whole: () => Promise<Form> }> {
  return { says: { title: [cluster], blocks: [] } };
}
