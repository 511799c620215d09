import { h, type JSX } from 'preact';
import type { About, Platform, Resident } from '../feed.ts';
import type { Draft } from './drafts.ts';
import type { Feed } from './listen.ts';
import { Slack } from './slack.ts';
import { Teams } from './teams/teams.ts';

/** One person's Slack, their Teams, or both side by side. */
export function Chats(p: {
  readonly about: About;
  readonly person: Resident;
  readonly visible: readonly Platform[];
  readonly screens: Pick<Feed, Platform>;
  readonly draft: (on: Platform) => Draft;
  readonly type: (on: Platform, text: string) => void;
}): JSX.Element {
  const { about, person, screens } = p;
  const shared = (on: Platform) => ({
    key: on,
    person,
    draft: p.draft(on),
    type: (text: string) => p.type(on, text),
  });
  const wait = h('p', { class: 'empty' }, 'One moment.');
  const draws: Readonly<Record<Platform, () => JSX.Element>> = {
    slack: () =>
      screens.slack === null
        ? wait
        : h(Slack, { ...shared('slack'), commands: about.slashCommands, names: about.slashNames, screen: screens.slack }),
    teams: () =>
      screens.teams === null ? wait : h(Teams, { ...shared('teams'), commands: about.commands, screen: screens.teams }),
  };
  return h(
    'div',
    { class: 'chats' },
    p.visible.map((on) => draws[on]()),
  );
}
