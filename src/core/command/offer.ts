import { whoIs } from '../identity/who-is.ts';
import { fields } from '../messages/forms.ts';
import type { Option } from '../messages/form.ts';
import { search } from '../policy/search.ts';
import type { Entitlement } from '../policy/policy.ts';
import type { World } from '../ports.ts';
import type { Door } from '../request/request.ts';
import { mayAsk } from './may-ask.ts';

/** What a list of choices holds on every platform. */
const most = 100;

/**
 * What a `choice` field offers to whoever types in it (ports.ts, Suggest): only what this person may ask for now. Somebody who is
 * nobody of the directory is offered nothing; why, the form and its answer say.
 *
 * @throws Fault when the platform or the directory does not answer
 */
export async function offers(world: World, door: Door, field: string, typed: string): Promise<readonly Option[]> {
  if (field !== fields.entitlement) return [];
  const who = await whoIs(world, door);
  if (!('person' in who)) return [];
  const may = (await mayAsk(world, who.person)).filter((verdict) => verdict.may);
  return search(
    may.map((verdict) => verdict.entitlement),
    typed,
  )
    .slice(0, most)
    .map(option);
}

/** An entitlement as a choice. */
export function option(entitlement: Entitlement): Option {
  return {
    value: entitlement.name,
    label: `${entitlement.name}: ${entitlement.title}`,
    says: [`on ${entitlement.cluster}`, entitlement.description].filter(Boolean).join(' · '),
  };
}
