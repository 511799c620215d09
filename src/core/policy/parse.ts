import type { Node, PolicyDocument, PolicyFault } from './document.ts';
import { database, duration, guid, line, name, role } from './forms.ts';
import { collector, listOf, maybe, named, notA, oneOf, optional, quoted, record, required, under } from './kinds.ts';
import type { Fields, Kind, Reading } from './kinds.ts';
import { nearest } from './near.ts';
import { cluster } from './parse-cluster.ts';
import { nobody, people } from './parse-people.ts';
import type { People, Platform } from './parse-people.ts';
import type { ClusterPolicy, Entitlement, Policy } from './policy.ts';
import type { Shape, Together } from './shape.ts';

const pendingByDefault = 8 * 3600;

/**
 * Turns a policy file's text, as located values, into a Policy. All faults are found in one go.
 *
 * @param platforms the chat platforms whose channels may be named
 */
export function parsePolicy(
  document: PolicyDocument,
  platforms: readonly Platform[],
): { policy: Policy } | { faults: readonly PolicyFault[] } {
  const { faults, report } = collector(document.file);
  const kind = whole(document.hash, keysOf(document.root, 'clusters'), platforms);
  const policy = kind.read({ node: document.root, where: '', report });
  if (policy === null || faults.length > 0) return { faults: [...faults].sort((a, b) => a.line - b.line) };
  return { policy };
}

/** What a policy file looks like, for editors (docs/policy.schema.json). */
export const policyShape = (platforms: readonly Platform[]): Shape => whole('', [], platforms).shape;

function whole(hash: string, clusterNames: readonly string[], platforms: readonly Platform[]): Kind<Policy | null> {
  return record(
    'the keys version, admins, clusters and entitlements',
    {
      version: required(oneOf(['1'])),
      app_roles_of: maybe(guid),
      chat_guests: optional(oneOf(['refuse', 'allow']), 'refuse'),
      admins: required(people('an app role or group, and a channel', platforms)),
      clusters: required(named(name, cluster, 'at least one cluster')),
      entitlements: required(named(name, (key) => entitlement(key, clusterNames, platforms), 'at least one entitlement')),
    },
    (read): Policy => ({
      hash,
      appRolesOf: read.app_roles_of,
      chatGuests: read.chat_guests === 'allow',
      admins: { are: read.admins?.criterion ?? nobody, channels: read.admins?.channels ?? {} },
      clusters: read.clusters,
      entitlements: withDatabases(read.entitlements, read.clusters),
    }),
  );
}

interface EntitlementText {
  title: string;
  description: string;
  cluster: string;
  database: string;
  roles: readonly string[];
  eligible: People | null;
  approval: 'required' | 'none';
  approvers: People | null;
  pending_for: number;
}

function entitlement(
  entitlementName: string,
  clusters: readonly string[],
  platforms: readonly Platform[],
): Kind<Entitlement | null> {
  const fields: Fields<EntitlementText> = {
    title: required(line(80)),
    description: optional(line(400), ''),
    cluster: required(reference('a cluster of this file', clusters)),
    database: optional(database, ''),
    roles: required(listOf(role, 'a list of SQL roles, like [analytics_reader]', 1)),
    eligible: required(people('an app role or group', [])),
    approval: optional(oneOf(['required', 'none']), 'required'),
    approvers: maybe(people('an app role or group, and a channel', platforms)),
    pending_for: optional(duration, pendingByDefault),
  };
  const finish = (read: EntitlementText, reading: Reading): Entitlement => {
    approvalFits(read.approval, reading);
    const { criterion: by = nobody, channels = {} } = read.approvers ?? {};
    return {
      name: entitlementName,
      title: read.title,
      description: read.description,
      cluster: read.cluster,
      database: read.database,
      roles: read.roles,
      eligible: read.eligible?.criterion ?? nobody,
      approval: read.approval === 'none' ? null : { by, channels, pendingForSeconds: read.pending_for },
    };
  };
  return record('an entitlement', fields, finish, approvalTogether);
}

/** As `approvalFits` judges. */
const approvalTogether: readonly Together[] = [
  { when: { key: 'approval', word: 'required', orMissing: true }, needs: ['approvers'], forbids: [] },
  { when: { key: 'approval', word: 'none', orMissing: false }, needs: [], forbids: ['approvers', 'pending_for'] },
];

/** An entitlement is either decided by approvers or granted by policy; a file that says both has to say which. */
function approvalFits(approval: 'required' | 'none', { node, where, report }: Reading): void {
  const approvers = under(node, 'approvers');
  const pending = under(node, 'pending_for');
  if (approval === 'required' && approvers === null) {
    report(
      node,
      `${where}.approvers`,
      'is missing',
      'approvers: an app role or group, and a channel (or approval: none, if the policy alone shall grant it)',
    );
  }
  if (approval !== 'none') return;
  if (approvers !== null) report(approvers, `${where}.approvers`, 'contradicts approval: none', 'one of the two');
  if (pending !== null)
    report(pending, `${where}.pending_for`, 'means nothing with approval: none', 'it only where approvers are asked');
}

function reference(what: string, known: readonly string[]): Kind<string> {
  const write = known.length === 0 ? what : `one of ${known.join(', ')}`;
  return {
    write,
    filler: '',
    shape: { kind: 'text', write: what, pattern: null, most: null },
    read({ node, where, report }) {
      if (node.kind !== 'scalar') report(node, where, notA('a name', node), write);
      else if (!known.includes(String(node.value))) {
        const meant = nearest(String(node.value), known);
        report(
          node,
          where,
          `${quoted(String(node.value))} is not ${what}`,
          meant === null ? write : `${meant}, if that was meant`,
        );
      }
      return node.kind === 'scalar' ? String(node.value) : '';
    },
  };
}

/** An entitlement without a database is for its cluster's. */
function withDatabases(
  entitlements: ReadonlyMap<string, Entitlement>,
  clusters: ReadonlyMap<string, ClusterPolicy>,
): ReadonlyMap<string, Entitlement> {
  const filled = [...entitlements].map(([key, e]): [string, Entitlement] => [
    key,
    e.database === '' ? { ...e, database: clusters.get(e.cluster)?.database ?? '' } : e,
  ]);
  return new Map(filled);
}

/** Keys of a map in the map, whether or not what stands under them is right: a reference to a faulty cluster is no second fault. */
const keysOf = (root: Node, key: string): readonly string[] => {
  const node = under(root, key);
  return node?.kind === 'map' ? node.entries.map((e) => e.key) : [];
};
