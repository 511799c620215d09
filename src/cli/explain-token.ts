import { Fault } from '../core/errors.ts';
import type { ClusterPolicy } from '../core/policy/policy.ts';
import type { World } from '../core/ports.ts';
import { claimsOf, explain, type Explained, type Target } from './explained.ts';
import { explainedJson, explainedText, findingText } from './explain-words.ts';
import type { ExitCode, Output } from './output.ts';
import { clusterOf } from './outside.ts';
import { findingsOf } from './token-findings.ts';

export interface TokenAsked {
  /** As it came; it goes no further than the decision. */
  readonly token: string;
  readonly cluster: string | undefined;
  /** The SQL user of the login; undefined: found out from the token. */
  readonly user: string | undefined;
  readonly json: boolean;
}

/**
 * Says whether a cluster lets a token in now, as whom, or else the first step that refuses it, what that means and who can mend it.
 *
 * @returns 0 it is let in, 1 it is refused, 2 no such cluster, 3 something outside did not answer, or could not be looked at from here
 * @throws Fault when the store does not answer
 */
export async function explainToken(world: World, asked: TokenAsked, out: Output): Promise<ExitCode> {
  const target = clusterOf(world, asked.cluster);
  if ('says' in target) {
    out.stderr(`${target.says}\n`);
    return 2;
  }
  const at = { cluster: target.policy.name, admins: world.policy.admins };
  const explained = await orTokenAlone(world, target, asked, out);
  if (explained === null) return 3;
  out.stdout(asked.json ? explainedJson(explained, at) : explainedText(explained, at));
  return codeOf(explained);
}

function codeOf({ result, unchecked }: Explained): 0 | 1 | 3 {
  if (!result.ok) return 1;
  return unchecked.length > 0 ? 3 : 0;
}

/** Where the cluster does not answer, what is wrong with the token itself is still worth saying. */
async function orTokenAlone(world: World, target: Target, asked: TokenAsked, out: Output): Promise<Explained | null> {
  try {
    return await explain(world, target, asked);
  } catch (fault) {
    if (!(fault instanceof Fault) || !fault.code.startsWith('cluster_')) throw fault;
    const seen = findingsOf(await lookedAlone(world, target.policy, asked.token));
    out.stderr(`Nothing was decided: ${fault.message}. Run it again once that is mended.\n`);
    if (asked.json) out.stdout(`${JSON.stringify({ ok: null, cluster: target.policy.name, token: seen })}\n`);
    else if (seen.length > 0) out.stdout(`Seen in the token:\n${seen.map(findingText).join('')}`);
    return null;
  }
}

async function lookedAlone(world: World, policy: ClusterPolicy, token: string) {
  const { name, api } = policy;
  return { claims: claimsOf(token), cluster: name, api, tenantId: world.tenantId, claim: 'upn', now: await world.store.now() };
}
