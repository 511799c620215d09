import { useEffect, useState } from 'preact/hooks';

interface Conversations<C> {
  /** The one with the bot alone first. */
  readonly channels: readonly C[];
  readonly messages: readonly { readonly channel: string; readonly at: string }[];
}

const began = new Date().toISOString();
/** When the newest message that was shown was said, by person, platform and conversation. */
const shown = new Map<string, string>();

/**
 * Which conversation is open before somebody, at first the one that was spoken in last, and how many messages of the others are new.
 *
 * @param of whose conversations, and where: a name that tells them apart from all others
 * @param isSuggested whether a suggested step put a command into the composer: that is for the bot
 */
export function useOpen<C extends { readonly id: string }>(
  of: string,
  screen: Conversations<C>,
  isSuggested: boolean,
): {
  readonly channel: C | undefined;
  readonly choose: (id: string) => void;
  readonly unread: (id: string) => number;
} {
  const newest = screen.messages.at(-1)?.channel ?? '';
  const [chosen, choose] = useState(newest);
  const [, draw] = useState('');
  const channel = screen.channels.find(({ id }) => id === chosen) ?? screen.channels[0];
  const id = channel?.id ?? '';
  const last = screen.messages.findLast((message) => message.channel === id)?.at ?? '';
  useEffect(() => {
    shown.set(`${of} ${id}`, last);
    draw(`${id} ${last}`);
  }, [of, id, last]);

  useEffect(() => {
    const first = screen.channels[0];
    if (isSuggested && first !== undefined) choose(first.id);
  }, [isSuggested]);

  return {
    channel,
    choose,
    unread: (channelId) => {
      const since = shown.get(`${of} ${channelId}`) ?? began;
      return screen.messages.filter((message) => message.channel === channelId && message.at > since).length;
    },
  };
}
