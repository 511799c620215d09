import { personOf } from '../core/adoption/person.ts';
import { rebind, rebindable, type Renaming, renames } from '../core/adoption/rebind.ts';
import { normalizeName } from '../core/identity/sql-username.ts';
import type { World } from '../core/ports.ts';
import { makeCurrent } from '../core/provisioning/make-current.ts';
import { type MapPlan, planMap } from '../core/provisioning/map-plan.ts';
import { type Fact, factLines, mapFacts, printable } from './lines.ts';
import type { ExitCode, Output } from './output.ts';
import { clusterOf, whoRuns } from './outside.ts';

export interface RebindAsked {
  readonly user: string;
  readonly upn: string;
  readonly cluster: string | undefined;
  readonly yes: boolean;
  readonly json: boolean;
}

/**
 * Ties a SQL user to the new UPN of the person that it belongs to: shows the plan, and with `yes` carries it out and reads it back.
 *
 * @returns 0 shown or done, 1 refused or blocked (every reason on a line of standard error), 2 no such cluster
 * @throws Fault when something outside does not answer
 */
export async function rebindUser(world: World, asked: RebindAsked, out: Output): Promise<ExitCode> {
  const target = clusterOf(world, asked.cluster);
  if ('says' in target) return refuse(out, asked, [target.says], 2);
  const found = await personOf(world, asked.upn);
  if ('says' in found) return refuse(out, asked, [found.says], 1);
  const renaming = await rebindable(world, target.policy, normalizeName(asked.user), found.person);
  if ('against' in renaming) return refuse(out, asked, renaming.against, 1);
  const { before, after } = renaming;
  const rows = await world.store.ledger.rows(target.policy.name);
  const map = await planMap(
    world,
    target,
    rows.map((row) => (row.oid === before.oid ? after : row)),
  );
  const plan = planText(renaming, map);
  const tell = (state: 'planned' | 'done', says: string): void =>
    out.stdout(asked.json ? `${JSON.stringify({ [state]: true, before, after, map })}\n` : `${plan}\n${says}\n`);
  if (!asked.yes) {
    tell('planned', 'Nothing was changed. Run it again with --yes to carry it out.');
    return 0;
  }
  if (renames(renaming)) await rebind(world, renaming, whoRuns());
  const made = await makeCurrent(world, target, null);
  if (made.kind === 'waits')
    return refuse(
      out,
      asked,
      [`The ledger says so now, but the identity map waits for ${made.wait.says} Run it again after that.`],
      1,
    );
  const mapText =
    made.kind === 'current' ? 'Done, and read back from the cluster.' : 'Done; the first grant writes the identity map.';
  tell('done', `${mapText} The person can ask for access again, and log in under the new UPN.`);
  return 0;
}

function planText({ before, after }: Renaming, map: MapPlan): string {
  const facts: Fact[] = [
    ['object id', `${before.oid}, the same person`],
    ['ledger  -', `${before.sqlUsername} on ${before.cluster}: ${before.upn}`],
    ['ledger  +', `${after.sqlUsername} on ${after.cluster}: ${after.upn}`],
    ...mapFacts(map),
  ];
  return `Keep the SQL user ${before.sqlUsername} on ${before.cluster} for its person under the new UPN:\n\n${factLines(facts)}`;
}

function refuse(out: Output, { json, user, upn }: RebindAsked, reasons: readonly string[], code: 1 | 2): ExitCode {
  if (json) out.stdout(`${JSON.stringify({ done: false, reasons })}\n`);
  out.stderr(`Not done: ${printable(user)} for ${printable(upn)}.\n${reasons.map((says) => `  ${printable(says)}\n`).join('')}`);
  return code;
}
