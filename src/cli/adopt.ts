import { adoptable, type Looked } from '../core/adoption/adoptable.ts';
import { personOf } from '../core/adoption/person.ts';
import { propose } from '../core/adoption/propose.ts';
import { normalizeName } from '../core/identity/sql-username.ts';
import type { DirectoryUser, LedgerRow, Proposal, World } from '../core/ports.ts';
import { type MapPlan, planMap } from '../core/provisioning/map-plan.ts';
import { channelsText, type Fact, factLines, mapFacts, printable, utc } from './lines.ts';
import type { ExitCode, Output } from './output.ts';
import { clusterOf, whoRuns } from './outside.ts';

export interface AdoptAsked {
  readonly user: string;
  readonly upn: string;
  readonly cluster: string | undefined;
  readonly json: boolean;
}

/**
 * Files the proposal that a SQL user be tied to a person for good, after everything was checked; it changes nothing else.
 *
 * @returns 0 filed, 1 refused (every reason on a line of standard error), 2 no such cluster
 * @throws Fault when something outside does not answer
 */
export async function adopt(world: World, asked: AdoptAsked, out: Output): Promise<ExitCode> {
  const target = clusterOf(world, asked.cluster);
  if ('says' in target) return refuse(out, asked, [target.says], 2);
  const found = await personOf(world, asked.upn);
  if ('says' in found) return refuse(out, asked, [found.says], 1);
  const { person } = found;
  const wanted = { ...target, sqlUsername: normalizeName(asked.user), person };
  const looked = await adoptable(world, wanted);
  const against = looked.findings.filter((f) => !f.ok).map((f) => f.says);
  if (against.length > 0) return refuse(out, asked, against, 1);
  const map = await planMap(world, target, [...(await world.store.ledger.rows(target.policy.name)), adopted(wanted, looked)]);
  const plan = planText(wanted, looked, map);
  const { filed, proposal } = await propose(world, wanted, looked, whoRuns());
  if (!filed) {
    const { id, sqlUsername, person: other, deadline } = proposal;
    return refuse(
      out,
      asked,
      [`Proposal ${id} is open already: ${sqlUsername} for ${other.upn}. It is decided in chat, or lapses at ${utc(deadline)}.`],
      1,
    );
  }
  out.stdout(asked.json ? `${JSON.stringify({ filed: true, proposal, map })}\n` : `${plan}\n${filedText(world, proposal)}`);
  return 0;
}

type Wanted = { readonly policy: { readonly name: string }; readonly sqlUsername: string; readonly person: DirectoryUser };

const adopted = ({ policy, sqlUsername, person }: Wanted, { exists }: Looked): LedgerRow => ({
  cluster: policy.name,
  sqlUsername,
  oid: person.oid,
  upn: person.upn,
  state: exists ? 'created' : 'creating',
  attempted: exists,
  adopted: true,
});

const labels: Readonly<Record<string, string>> = {
  'sql-user': 'SQL user',
  roles: 'member of',
  options: 'options',
  abilities: 'can do',
  bearer: 'mind',
};

function planText({ policy, sqlUsername, person }: Wanted, { findings }: Looked, map: MapPlan): string {
  const facts: Fact[] = [
    ['person', `${person.displayName} · ${person.upn} · object id ${person.oid}`],
    ...findings.map((f): Fact => [labels[f.rule] ?? f.rule, f.rule === 'sql-user' ? `${sqlUsername}: ${f.says}` : f.says]),
    ...mapFacts(map),
  ];
  return `Tie the SQL user ${sqlUsername} on ${policy.name} to ${printable(person.displayName)}, for good:\n\n${factLines(facts)}`;
}

function filedText(world: World, { id, deadline }: Proposal): string {
  return `Filed as proposal ${id}; nothing is changed yet. Two different admins have to confirm it in the admins' channel (${channelsText(world.policy.admins.channels)}), by ${utc(deadline)}.\n`;
}

function refuse(out: Output, { json, user, upn }: AdoptAsked, reasons: readonly string[], code: 1 | 2): ExitCode {
  if (json) out.stdout(`${JSON.stringify({ filed: false, reasons })}\n`);
  out.stderr(
    `Not filed: ${printable(user)} can't be tied to ${printable(upn)}.\n${reasons.map((says) => `  ${printable(says)}\n`).join('')}`,
  );
  return code;
}
