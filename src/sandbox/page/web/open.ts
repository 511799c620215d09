import { useEffect, useState } from 'preact/hooks';

interface Heard {
  readonly channel: string;
  readonly at: string;
}

const began = new Date().toISOString();

/** Which conversation is open before somebody: at first the one that was spoken in last. And how many messages of the others are new. */
export function useOpen<C extends { readonly id: string }>(screen: {
  readonly channels: readonly C[];
  readonly messages: readonly Heard[];
}): {
  readonly channel: C | undefined;
  readonly choose: (id: string) => void;
  readonly unread: (id: string) => number;
  /** Whether somebody chose it, and it was not found open. */
  readonly isChosen: boolean;
} {
  const newest = screen.messages.at(-1)?.channel ?? '';
  const [chosen, choose] = useState(newest);
  const [seen, setSeen] = useState<Readonly<Record<string, string>>>({});
  const channel = screen.channels.find((one) => one.id === chosen) ?? screen.channels[0];
  const id = channel?.id ?? '';
  const last = screen.messages.findLast((message) => message.channel === id)?.at ?? '';
  useEffect(() => setSeen((was) => ({ ...was, [id]: last })), [id, last]);
  return {
    channel,
    choose,
    isChosen: chosen !== newest,
    unread: (of) => screen.messages.filter((message) => message.channel === of && message.at > (seen[of] ?? began)).length,
  };
}
