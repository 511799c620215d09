import type { TeamsMessage } from '../../../teams/screen.ts';

/** A post of a channel with what was replied to it; elsewhere a message of its own. */
export interface Thread {
  readonly root: TeamsMessage;
  readonly replies: readonly TeamsMessage[];
}

/** As Teams orders them: the one that was spoken in last stands last. */
export function threadsOf(messages: readonly TeamsMessage[]): readonly Thread[] {
  const replies = new Map<string, TeamsMessage[]>();
  for (const message of messages) {
    if (message.thread !== null) replies.set(message.thread, [...(replies.get(message.thread) ?? []), message]);
  }
  const threads = messages.filter(({ thread }) => thread === null).map((root) => ({ root, replies: replies.get(root.id) ?? [] }));
  const last = ({ root, replies: all }: Thread): string => all.at(-1)?.at ?? root.at;
  return threads.sort((a, b) => last(a).localeCompare(last(b)));
}
