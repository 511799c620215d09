import { h, type JSX } from 'preact';
import type { ClusterNow, SessionNow, SettingNow, UserNow } from '../feed.ts';
import { useFlash } from './flash.ts';
import { When } from './when.ts';

export function Cluster(p: { readonly cluster: ClusterNow }): JSX.Element {
  const { cluster } = p;
  const kept = cluster.users.filter((user) => user.upn !== null);
  const others = cluster.users.filter((user) => user.upn === null);
  return h(
    'section',
    { class: 'cluster', 'aria-labelledby': 'cluster-title' },
    h(
      'header',
      null,
      h('h2', { id: 'cluster-title' }, 'Cluster prod'),
      h(
        'span',
        { class: `state ${cluster.fault === null ? 'good' : 'bad'}` },
        cluster.fault === null ? 'answers' : 'does not answer',
      ),
      h('span', { class: 'note' }, `${cluster.version} · ${cluster.address}`),
    ),
    cluster.fault === null ? null : h('p', { class: 'warning' }, `What is shown was read before: ${cluster.fault}`),
    h('h3', null, 'SQL users that the bot keeps'),
    kept.length === 0 ? h('p', { class: 'note' }, 'Nobody yet: a SQL user is made when a request is granted.') : null,
    h(
      'ul',
      { class: 'rows' },
      kept.map((user) => h(User, { key: user.name, user })),
    ),
    h(
      'details',
      null,
      h('summary', null, `${others.length} other SQL users and roles`),
      h(
        'ul',
        { class: 'rows' },
        others.map((user) => h(User, { key: user.name, user })),
      ),
    ),
    h('h3', null, 'Sessions'),
    cluster.sessions.length === 0 ? h('p', { class: 'note' }, 'Nobody is logged in.') : null,
    h(
      'ul',
      { class: 'rows' },
      grouped(cluster.sessions).map(({ session, count }) =>
        h(Session, { key: `${session.user}/${session.application}`, session, count }),
      ),
    ),
    h('h3', null, 'Settings for JWT logins'),
    h(
      'dl',
      { class: 'settings' },
      cluster.settings.map((setting) => h(Setting, { key: setting.name, setting })),
    ),
  );
}

function User(p: { readonly user: UserNow }): JSX.Element {
  const { name, upn, roles, canLogin } = p.user;
  const ref = useFlash<HTMLLIElement>(`${roles.join()} ${canLogin}`);
  return h(
    'li',
    { ref },
    h('code', { class: 'strong' }, name),
    upn === null ? null : h('span', { class: 'note' }, upn),
    canLogin ? null : h('span', { class: 'note' }, 'no login'),
    roles.map((role) => h('span', { key: role, class: 'chip' }, role)),
  );
}

/** Sessions of one user from one program: a pool's come and go, and are one thing to whoever looks. */
function grouped(sessions: readonly SessionNow[]): readonly { readonly session: SessionNow; readonly count: number }[] {
  const groups = new Map<string, { readonly session: SessionNow; readonly count: number }>();
  for (const session of sessions) {
    const key = `${session.user}/${session.application}`;
    groups.set(key, { session: groups.get(key)?.session ?? session, count: (groups.get(key)?.count ?? 0) + 1 });
  }
  return [...groups.values()];
}

function Session(p: { readonly session: SessionNow; readonly count: number }): JSX.Element {
  const { user, application, since, statement } = p.session;
  const ref = useFlash<HTMLLIElement>(user);
  return h(
    'li',
    { ref, title: statement },
    h('code', { class: 'strong' }, user),
    h('span', { class: 'note' }, application),
    h('span', { class: 'note' }, 'since ', h(When, { at: since }), p.count > 1 ? `, ${p.count} connections` : null),
  );
}

/** The name that CockroachDB knows it by is there for whoever looks for it. */
function Setting(p: { readonly setting: SettingNow }): JSX.Element {
  const { name, label, value, lines } = p.setting;
  const ref = useFlash<HTMLDivElement>(`${value} ${lines.join()}`);
  return h(
    'div',
    { ref },
    h('dt', { title: name }, label),
    h(
      'dd',
      null,
      lines.length === 1 ? null : h('span', { class: value === 'on' ? 'state good' : '' }, value),
      lines.map((line) => h('code', { key: line }, line)),
    ),
  );
}
