/** What admins do: give the bot's app to a person, a team or a chat, take it away, and switch it off; and what a person may do against it. */
import { installed } from './activities.ts';
import type { Outlet } from './deliver.ts';
import { Refused } from './refused.ts';
import type { AppState, Conversation, Tenant } from './tenant.ts';

export interface Setup {
  /**
   * Installs the app for a person (by key), or in a team or chat (by the conversation's id or name). The bot is told of it.
   *
   * @throws when there is nothing of that name
   */
  install(where: string): Promise<void>;
  /** Takes it away again: the bot is told, and can't write there any more. */
  uninstall(where: string): Promise<void>;
  /** A person blocks the bot: it is told nothing, and can't write there until it is installed anew. */
  block(as: string): void;
  /** A person who never had the app. */
  forget(as: string): void;
  /** The tenant's admin switches the bot off, or on again. */
  disableBot(disabled: boolean): void;
  botIsDisabled(): boolean;
  /** The next so many calls fail with a status that is to be tried again ("rate-limit": 412, 502 and 504). */
  failNext(status: Failing, calls?: number): void;
  failure(): Refused | null;
}

const failures = {
  412: ['PreconditionFailed', 'Precondition failed, please try again.'],
  502: ['ServiceError', 'Bad gateway'],
  504: ['ServiceError', 'Gateway timeout'],
} as const;
type Failing = keyof typeof failures;

export function setupOf(o: { readonly tenant: Tenant; readonly serviceUrl: () => string; readonly send: Outlet }): Setup {
  const { tenant } = o;
  let isDisabled = false;
  let failing: Failing[] = [];

  function conversationOf(where: string): Conversation {
    const person = tenant.person(where);
    if (person !== undefined) return tenant.personal(person);
    const found = [...tenant.conversations.values()].find(
      ({ id, name, kind }) => id === where || (kind !== 'personal' && name === where),
    );
    if (found === undefined) throw new Error(`nobody and nothing is called ${where}`);
    return found;
  }

  const become = (where: string, app: AppState): void => tenant.change({ ...conversationOf(where), app });

  async function change(where: string, app: 'installed' | 'removed'): Promise<void> {
    become(where, app);
    const conversation = conversationOf(where);
    const person = tenant.people.find(({ key }) => conversation.members.includes(key));
    if (person === undefined) return;
    const at = { person, conversation, thread: null, serviceUrl: o.serviceUrl() };
    for (const activity of installed(at, app === 'installed' ? 'add' : 'remove')) await o.send(activity);
  }

  return {
    install: (where) => change(where, 'installed'),
    uninstall: (where) => change(where, 'removed'),
    block: (as) => become(as, 'blocked'),
    forget: (as) => become(as, 'absent'),
    disableBot: (disabled) => {
      isDisabled = disabled;
    },
    botIsDisabled: () => isDisabled,
    failNext: (status, calls = 1) => {
      failing = Array.from({ length: calls }, () => status);
    },
    failure: () => {
      const status = failing.shift();
      if (status === undefined) return null;
      const [code, says] = failures[status];
      return new Refused(status, code, says);
    },
  };
}
