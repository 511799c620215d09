import type { Block } from '../messages/card.ts';
import { askForm, nothingToAsk } from '../messages/forms.ts';
import type { Form } from '../messages/form.ts';
import type { DirectoryUser, World } from '../ports.ts';
import { againstAnything } from './list.ts';
import { mayAsk } from './may-ask.ts';
import { option } from './offer.ts';

/** The form to ask with. `entitlement`: what the button that opens it named; empty: nothing. */
export function formToAsk(world: World, entitlement: string): Form {
  const named = world.policy.entitlements.get(entitlement);
  return askForm(named === undefined ? null : option(named));
}

/**
 * What the form shows instead when this person may ask for nothing: everything that stands against them, at once.
 *
 * @returns null: there is something to ask for
 * @throws Fault when the directory does not answer
 */
export async function nothingFor(world: World, person: DirectoryUser): Promise<Form | null> {
  const verdicts = await mayAsk(world, person);
  if (verdicts.some((verdict) => verdict.may)) return null;
  const against = againstAnything(verdicts).map((f) => f.says);
  const roles = [...new Set(verdicts.flatMap((v) => v.against).map((f) => f.says))].filter((says) => !against.includes(says));
  const rest = roles.length - 3;
  const blocks: Block[] = [
    { kind: 'text', text: ['There is nothing that you may ask for now.'] },
    ...[...against, ...roles.slice(0, 3)].map((says): Block => ({ kind: 'text', text: [says] })),
    ...(rest > 0 ? [{ kind: 'note' as const, text: [`And ${rest} more: `, { typed: 'list' }] }] : []),
  ];
  return nothingToAsk(blocks);
}
