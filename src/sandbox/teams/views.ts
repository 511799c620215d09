/** What single people see instead of a card as it stands for everybody (learn.microsoft.com, "user-specific-views"). */
import { teamsUserId } from '../people.ts';
import { isObject, type Json } from './json.ts';
import type { Message, Tenant } from './tenant.ts';

export interface Views {
  cardsFor(as: string, message: Message): readonly Json[];
  /** The words that the bot answered this person's last press with; empty: none. */
  saidTo(as: string, message: Message): string;
  show(as: string, message: Message, card: Json): void;
  say(as: string, message: Message, words: string): void;
  refreshed(as: string, message: Message): void;
  /** Messages that Teams refreshes as this person looks at them: once for each state of a message. */
  toRefresh(as: string): readonly Message[];
}

/** A card names at most 60 people, and where it names nobody it is refreshed for the members of conversations of at most 60. */
const mostRefreshed = 60;

export function openViews(tenant: Tenant): Views {
  const views = new Map<string, { readonly card?: Json; readonly said?: string }>();
  const looked = new Set<string>();
  /** A message that was changed for everybody is shown to everybody as it is then. */
  const key = (as: string, message: Message): string => `${as} ${message.conversation} ${message.id} ${message.earlier.length}`;
  const keep = (as: string, message: Message, view: { readonly card?: Json; readonly said?: string }): void => {
    views.set(key(as, message), { ...views.get(key(as, message)), ...view });
    tenant.changed();
  };

  function isRefreshed(as: string, message: Message): boolean {
    const person = tenant.person(as);
    const members = tenant.conversations.get(message.conversation)?.members.length ?? 0;
    return message.cards.some(({ refresh }) => {
      if (!isObject(refresh)) return false;
      const { userIds } = refresh;
      return Array.isArray(userIds)
        ? userIds.includes(person === undefined ? '' : teamsUserId(person))
        : members <= mostRefreshed;
    });
  }

  return {
    cardsFor: (as, message) => {
      const card = views.get(key(as, message))?.card;
      return card === undefined ? message.cards : [card];
    },
    saidTo: (as, message) => views.get(key(as, message))?.said ?? '',
    show: (as, message, card) => keep(as, message, { card }),
    say: (as, message, said) => keep(as, message, { said }),
    refreshed: (as, message) => void looked.add(key(as, message)),
    toRefresh: (as) => {
      const due = tenant.seenBy(as).filter((message) => !looked.has(key(as, message)) && isRefreshed(as, message));
      for (const message of due) looked.add(key(as, message));
      return due;
    },
  };
}
