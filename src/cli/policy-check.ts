import { readPolicyFile } from '../adapters/files/policy-file.ts';
import { faultText } from '../core/policy/document.ts';
import { criterionText } from '../core/policy/facts.ts';
import type { ClusterPolicy, Entitlement, Policy } from '../core/policy/policy.ts';
import { channelsText } from './lines.ts';
import type { ExitCode, Output } from './output.ts';

/**
 * Checks a policy file as the bot would at its start, without starting it: every fault on a line, or what the file gives to whom.
 *
 * @returns 0: good, 1: faults, 2: no such file
 */
export function policyCheck(file: { readonly path: string; readonly typed: string }, out: Output): ExitCode {
  const read = readPolicyFile(file.path, file.typed);
  if ('policy' in read) {
    out.stdout(`${summary(file.typed, read.policy)}\n`);
    return 0;
  }
  const lines = read.faults.map((fault) => `${faultText(fault)}\n`).join('');
  if (read.absent) {
    out.stderr(lines);
    return 2;
  }
  out.stdout(lines);
  return 1;
}

function summary(file: string, policy: Policy): string {
  return [
    `${file} is good. SHA-256 ${policy.hash}`,
    `admins: whoever holds ${criterionText(policy.admins.are)}, told in ${channelsText(policy.admins.channels)}`,
    '',
    counted(policy.clusters.size, 'cluster'),
    ...[...policy.clusters.values()].map(clusterText),
    '',
    counted(policy.entitlements.size, 'entitlement'),
    ...[...policy.entitlements.values()].map(entitlementText),
  ].join('\n');
}

function clusterText(cluster: ClusterPolicy): string {
  const { primary, others } = cluster.domains;
  const settings =
    cluster.settingsCredential === null ? 'settings are for the admins' : `settings through ${cluster.settingsCredential}`;
  return `  ${cluster.name}: ${cluster.host}:${cluster.port}, as ${cluster.credential}, ${settings}, for people of ${[primary, ...others].join(', ')}`;
}

function entitlementText(entitlement: Entitlement): string {
  const { name, cluster, database, roles, eligible, approval } = entitlement;
  const who =
    approval === null
      ? 'granted without approval'
      : `approved by whoever holds ${criterionText(approval.by)}, asked in ${channelsText(approval.channels)}, within ${span(approval.pendingForSeconds)}`;
  return `  ${name}: ${roles.join(', ')} in ${database} on ${cluster}; for whoever holds ${criterionText(eligible)}; ${who}`;
}

/** As the policy file writes it. */
function span(seconds: number): string {
  if (seconds % 86400 === 0) return `${seconds / 86400}d`;
  return seconds % 3600 === 0 ? `${seconds / 3600}h` : `${seconds / 60}m`;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
