import { list as listed } from '../messages/list.ts';
import type { Card } from '../messages/card.ts';
import { search } from '../policy/search.ts';
import type { DirectoryUser, World } from '../ports.ts';
import type { Finding } from '../request/request.ts';
import { mayAsk, type Verdict } from './may-ask.ts';
import { standing } from './standing.ts';

/**
 * What this person may ask for and what not, all of it or what holds a text.
 *
 * @throws Fault when the directory does not answer
 */
export async function list(world: World, text: string, person: DirectoryUser): Promise<Card> {
  const [verdicts, has] = await Promise.all([mayAsk(world, person), standing(world, person.oid)]);
  const byName = new Map(verdicts.map((v) => [v.entitlement.name, v]));
  const found = search(
    verdicts.map((v) => v.entitlement),
    text,
  ).flatMap((e) => byName.get(e.name) ?? []);
  const names = (requests: readonly { readonly entitlement: string }[]) => new Set(requests.map((r) => r.entitlement));
  const [have, waiting] = [names(has.granted), names(has.waiting)];
  return listed({
    may: found
      .filter((v) => v.may)
      .map(({ entitlement }) => ({
        entitlement,
        now: waiting.has(entitlement.name) ? 'waiting' : have.has(entitlement.name) ? 'have' : null,
      })),
    mayNot: found.filter(forLackOfRole).map((v) => v.entitlement),
    against: reasons(found.length === 0 ? verdicts : found),
    search: text,
  });
}

const byRole = 'holds-eligible';
const forLackOfRole = (verdict: Verdict): boolean => verdict.against.some((f) => f.rule === byRole);

/** What stands against this person whatever they ask for. */
export function againstAnything(verdicts: readonly Verdict[]): Verdict['against'] {
  return verdicts.some((v) => v.may) ? [] : reasons(verdicts);
}

/** What stands against this person beside roles that they lack, and on which clusters where it is not on all of them. */
function reasons(verdicts: readonly Verdict[]): Verdict['against'] {
  const clusters = new Set(verdicts.map((v) => v.entitlement.cluster));
  const bySaying = new Map<string, { readonly finding: Finding; readonly on: Set<string> }>();
  for (const { entitlement, against } of verdicts) {
    for (const finding of against.filter((f) => f.rule !== byRole)) {
      const known = bySaying.get(finding.says) ?? { finding, on: new Set() };
      bySaying.set(finding.says, known);
      known.on.add(entitlement.cluster);
    }
  }
  return [...bySaying.values()]
    .slice(0, 5)
    .map(({ finding, on }) =>
      on.size === clusters.size ? finding : { ...finding, says: `On ${[...on].join(', ')}: ${finding.says}` },
    );
}
