/** What an admin does: gives the bot's app to a person, a team or a chat, and takes it away. */
import { installed } from './activities.ts';
import type { Outlet } from './deliver.ts';
import type { Conversation, Tenant } from './tenant.ts';

export interface Setup {
  /**
   * Installs the app for a person (by key), or in a team or chat (by the conversation's id or name). The bot is told of it.
   *
   * @throws when there is nothing of that name
   */
  install(where: string): Promise<void>;
  /** Takes it away again: the bot is told, and can't write there any more. */
  uninstall(where: string): Promise<void>;
}

export function setupOf(o: { readonly tenant: Tenant; readonly serviceUrl: () => string; readonly send: Outlet }): Setup {
  const { tenant } = o;

  function conversationOf(where: string): Conversation {
    const person = tenant.people.find(({ key }) => key === where);
    const found = [...tenant.conversations.values()].find(
      ({ id, name, kind }) => id === where || (kind !== 'personal' && name === where),
    );
    if (person === undefined && found === undefined) throw new Error(`nobody and nothing is called ${where}`);
    return person === undefined ? (found as Conversation) : tenant.personal(person);
  }

  async function change(where: string, action: 'add' | 'remove'): Promise<void> {
    const conversation = conversationOf(where);
    const person = tenant.people.find(({ key }) => conversation.members.includes(key));
    tenant.change({ ...conversation, hasBot: action === 'add' });
    if (person === undefined) return;
    for (const activity of installed({ person, conversation, thread: null, serviceUrl: o.serviceUrl() }, action))
      await o.send(activity);
  }

  return { install: (where) => change(where, 'add'), uninstall: (where) => change(where, 'remove') };
}
