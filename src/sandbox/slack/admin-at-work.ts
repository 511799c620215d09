/** What an admin of the workspace does to channels and people: for tests of a bot that must notice. Forgotten in a restart. */

import type { Json } from './checks.ts';
import type { Channel, Workspace } from './workspace.ts';

export interface AdminAtWork {
  /** Archives a channel (id or name), or with `false` brings it back. */
  archive(channel: string, archived?: boolean): void;
  /** Takes the bot out of a channel. */
  removeBot(channel: string): void;
  inviteBot(channel: string): void;
  /** Sets fields of a person's user object (a guest: `{ is_restricted: true }`; a stranger: `{ team_id: 'T0OTHER', is_stranger: true }`). */
  flags(as: string, fields: Json): void;
}

export function adminAt(workspace: Workspace): AdminAtWork {
  function change(channel: string, to: Partial<Pick<Channel, 'isArchived' | 'hasBot'>>): void {
    const found = [...workspace.channels.values()].find((c) => c.id === channel || c.name === channel.replace(/^#/, ''));
    if (found === undefined || found.isDirect) throw new Error(`there is no channel "${channel}"`);
    workspace.changeChannel({ ...found, ...to });
  }
  return {
    archive: (channel, archived = true) => change(channel, { isArchived: archived }),
    removeBot: (channel) => change(channel, { hasBot: false }),
    inviteBot: (channel) => change(channel, { hasBot: true }),
    flags(as, fields) {
      if (!workspace.people.some((person) => person.key === as)) throw new Error(`nobody here is called "${as}"`);
      workspace.setFlags(as, fields);
    },
  };
}
