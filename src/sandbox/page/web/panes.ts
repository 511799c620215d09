import { h, type JSX } from 'preact';
import { ChatIcon, ClusterIcon, ListIcon, PeopleIcon, TeamsIcon } from './icons.ts';

export const panes = ['people', 'slack', 'teams', 'cluster', 'audit'] as const;
export type Pane = (typeof panes)[number];

const words = { people: 'People', slack: 'Slack', teams: 'Teams', cluster: 'Cluster', audit: 'Audit' };
const icons = { people: PeopleIcon, slack: ChatIcon, teams: TeamsIcon, cluster: ClusterIcon, audit: ListIcon };

/** On a phone one pane is shown at a time. */
export function Panes(p: { readonly pane: Pane; readonly choose: (pane: Pane) => void }): JSX.Element {
  return h(
    'nav',
    { class: 'panes', 'aria-label': 'Parts of the page' },
    panes.map((pane) =>
      h(
        'button',
        { key: pane, type: 'button', 'aria-current': pane === p.pane ? 'true' : undefined, onClick: () => p.choose(pane) },
        h(icons[pane], null),
        words[pane],
      ),
    ),
  );
}
