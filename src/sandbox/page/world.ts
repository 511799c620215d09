/** What the page shows beside the conversations, kept current while somebody looks. */
import type { Sandbox } from '../running.ts';
import { mistakesNow } from './by-hand.ts';
import { faultsOf } from './chaos.ts';
import type { ClusterNow, World } from './feed.ts';
import { poll } from './poll.ts';
import { type ClusterRead, readCluster, readStore, type StoreRead } from './reading.ts';
import { messagesOf, onScreenChange } from './screens.ts';

export interface Watched {
  /** Null until there is something to show. */
  now(): World | null;
  stop(): void;
}

/** The name under which the page's own session appears on the cluster: it is left out of the list. */
const pollName = 'sandbox page';

const nothing: { readonly cluster: ClusterRead; readonly store: StoreRead } = {
  cluster: { users: [], settings: [], texts: new Map() },
  store: { audit: [], kept: new Map(), asked: false, approved: false, paused: null },
};

/** @param changed called whenever something was read that may look different */
export function watchWorld(sandbox: Sandbox, changed: () => void): Watched {
  const { facts } = sandbox;
  const oid = (key: string) => facts.people.find((person) => person.key === key)?.oid ?? '';
  let cluster: ClusterRead | null = null;
  let clusterFault: string | null = null;
  let store: StoreRead | null = null;
  let auditFault: string | null = null;
  // Counted anew only when somebody's screen changed: there may be thousands.
  let messages: World['messages'] | null = null;
  const unsubscribe = onScreenChange(sandbox, () => {
    messages = null;
  });
  const polls = [
    poll({
      url: facts.cockroach.adminUrl,
      name: pollName,
      read: readCluster,
      told: (answer) => {
        if ('value' in answer) cluster = answer.value;
        clusterFault = 'fault' in answer ? answer.fault : null;
        changed();
      },
    }),
    poll({
      url: sandbox.botEnv['DATABASE_URL'] ?? '',
      name: pollName,
      read: readStore({
        requester: oid('alice'),
        approver: oid('bob'),
        names: new Map(facts.people.map((person) => [person.oid, person.name])),
      }),
      told: (answer) => {
        if ('value' in answer) store = answer.value;
        auditFault = 'fault' in answer ? answer.fault : null;
        changed();
      },
    }),
  ];
  return {
    now: () => {
      const isRead = (cluster !== null || clusterFault !== null) && (store !== null || auditFault !== null);
      if (!isRead) return null;
      messages ??= Object.fromEntries(facts.people.map(({ key }) => [key, messagesOf(sandbox, key)]));
      return {
        cluster: { ...clusterNow(sandbox, cluster ?? nothing.cluster, store ?? nothing.store), fault: clusterFault },
        audit: store?.audit ?? [],
        auditFault,
        // Whoever paused the watch, and however: the store says so.
        faults: { ...faultsOf(sandbox), watcher: (store?.paused ?? null) === null ? 'none' : 'down' },
        mistakes: mistakesIn(sandbox, cluster),
        keys: sandbox.entra.rollover.kids(),
        paused: store?.paused ?? null,
        steps: [store?.asked === true, store?.approved === true, sandbox.cockroach.tokenLogins().has('alice')],
        messages,
      };
    },
    stop: () => {
      unsubscribe();
      for (const end of polls) end();
    },
  };
}

function mistakesIn(sandbox: Sandbox, read: ClusterRead | null): World['mistakes'] {
  return read === null ? [] : mistakesNow(sandbox, { users: read.users, setting: (name) => read.texts.get(name) });
}

function clusterNow(sandbox: Sandbox, read: ClusterRead, store: StoreRead): Omit<ClusterNow, 'fault'> {
  const { host, port, version } = sandbox.facts.cockroach;
  return {
    version,
    address: `${host}:${port}`,
    users: read.users.map((user) => ({ ...user, upn: store.kept.get(user.name) ?? null })),
    settings: read.settings,
    sessions: sandbox.cockroach
      .sessions()
      .filter((session) => session.application_name !== pollName)
      .map((session) => ({
        id: session.session_id,
        user: session.user_name,
        application: session.application_name,
        since: session.session_start.toISOString(),
        statement: session.active_queries || session.last_active_query,
      })),
  };
}
