/** What people have before them on each platform, as the page is told of it. */
import { type Platform, platforms } from '../platforms.ts';
import type { Sandbox } from '../running.ts';
import type { Screen } from '../slack/screen.ts';
import type { TeamsScreen } from '../teams/screen.ts';

/** A conversation is shown from its newest messages: a sandbox that is used for days must not make the page slow. */
const mostMessages = 300;

const newest = <S extends { readonly messages: readonly unknown[] }>(screen: S): S => {
  return { ...screen, messages: screen.messages.slice(-mostMessages) };
};

export const screenOf = {
  slack: (sandbox: Sandbox, as: string): Screen => newest(sandbox.slack.screen(as)),
  teams: (sandbox: Sandbox, as: string): TeamsScreen => newest(sandbox.teams.screen(as)),
} as const satisfies Record<Platform, unknown>;

/** How many messages somebody has. Counting them looks at none: a card that refreshes for whoever looks is left alone. */
export function messagesOf({ slack, teams }: Sandbox, as: string): Record<Platform, number> {
  return { slack: slack.inbox(as).length, teams: teams.count(as) };
}

/** Told where somebody's screen may look different; gives back how to end that. */
export function onScreenChange(sandbox: Sandbox, told: (platform: Platform) => void): () => void {
  const ends = platforms.map((platform) => sandbox[platform].onChange(() => told(platform)));
  return () => {
    for (const end of ends) end();
  };
}
