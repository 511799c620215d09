import type { Env } from '../config/environment.ts';
import type { Check, ClusterReport, StatusReport, Verdict } from '../core/cluster/report.ts';
import { labels, wrongFirst } from '../core/messages/checks.ts';
import type { World } from '../core/ports.ts';
import { lookAtClusters } from '../core/status/look.ts';
import { readArguments } from './arguments.ts';
import { printable, utc } from './lines.ts';
import { type ExitCode, misuse, type Output } from './output.ts';
import { withWorld } from './outside.ts';

/** For monitoring: the verdict is the exit code, and what keeps the command from looking at all has one of its own. */
const codes: { readonly [V in Verdict]: ExitCode } = { healthy: 0, attention: 1, broken: 2, unknown: 3 };

/**
 * Looks at one cluster or all of them now, and prints what was found; nothing is written anywhere.
 *
 * @param args what was typed: `[CLUSTER] [--json]`
 * @returns by the worst verdict; 64 when it was called wrongly or the environment has faults, each said on standard error
 */
export async function status(args: readonly string[], env: Env, out: Output): Promise<ExitCode> {
  const typed = readArguments(args, 1, { json: { type: 'boolean' } });
  if ('wrong' in typed) {
    out.stderr(`status: ${typed.wrong}.\nUsage: npm run -s cli -- status [CLUSTER] [--json]\n`);
    return misuse;
  }
  // A faulty configuration is the one thing that ends before anything is looked at without a Fault.
  let isConfigured = false;
  const code = await withWorld(
    env,
    out,
    async (world) => {
      isConfigured = true;
      return print(world, typed.words[0], typed.given('json'), out);
    },
    'as they are',
  );
  return !isConfigured && code === 2 ? misuse : code;
}

async function print(world: World, cluster: string | undefined, json: boolean, out: Output): Promise<ExitCode> {
  const known = [...world.policy.clusters.keys()];
  if (cluster !== undefined && !known.includes(cluster)) {
    out.stderr(`The policy has no cluster "${printable(cluster)}". There is: ${known.join(', ')}.\n`);
    return misuse;
  }
  const report = await lookAtClusters(world, cluster === undefined ? known : [cluster]);
  out.stdout(json ? `${JSON.stringify(report)}\n` : reportText(report));
  return codes[report.verdict];
}

/** The report as lines for a shell. */
export function reportText({ clusters, at }: StatusReport): string {
  return clusters.map((cluster) => clusterText(cluster, at)).join('\n');
}

function clusterText(cluster: ClusterReport, at: Date): string {
  const { verdict, version, users, lastHealthy, checks } = cluster;
  const head = [
    `${cluster.cluster}: ${verdict}`,
    ...(version === null ? [] : [version]),
    `checked ${utc(at)}`,
    ...(users === null ? [] : [`SQL users kept: ${users.kept}, changed: ${users.changed}`]),
    ...(lastHealthy === null ? [] : [`last healthy ${utc(lastHealthy)}`]),
  ];
  const wrong = wrongFirst(checks);
  const rest = checks.filter((check) => !wrong.includes(check));
  const long: string[] = [];
  const lines = [...wrong, ...rest].flatMap((check) => checkLines(check, long));
  const below = long.flatMap((statement, i) => [`  statement ${i + 1}:`, ...statement.split('\n')]);
  return `${[head.join(' · '), ...lines, ...below].map(printable).join('\n')}\n`;
}

const longestStanding = 'attention'.length;
/** Longer statements (an identity map has thousands of characters) stand below all checks, which could not be found between them. */
const longestBetween = 400;

/**
 * What was found on the first line, what to do about it below. Statements stand at the edge: a blank put into a value would change it.
 *
 * @param long where statements go that stand below all checks
 */
function checkLines({ id, standing, found, expected, next, sql }: Check, long: string[]): readonly string[] {
  return [
    `  ${standing.padEnd(longestStanding)}  ${labels[id]}: ${found}`,
    ...(expected === null ? [] : [`             should be: ${expected}`]),
    ...(next === null ? [] : [`             next: ${next}`]),
    ...sql.flatMap((statement) => {
      if (statement.length <= longestBetween) return statement.split('\n');
      return [`             statement ${long.push(statement)}, below`];
    }),
  ];
}
