/** Where people can be reached, as far as it was heard; the rest is asked of Teams, so that nothing has to be kept over a restart. */

import type { ChatPerson } from '../../core/ports.ts';
import type { Door } from '../../core/request/request.ts';
import type { Activity } from './activity.ts';
import { call } from './call.ts';
import type { Connector } from './connector.ts';

export interface People {
  /** Learns from a validated activity. */
  hear(activity: Activity): void;
  /** Where calls go: as Teams last named it, or at first the address that serves every region. */
  serviceUrl(): string;
  /**
   * A person's own chat with the bot. Opening it again gives the same one (learn.microsoft.com, "send-proactive-messages").
   *
   * @throws Fault chat_refused when the app is not installed for them (call.ts, `isUnreachable`)
   */
  personalChat(oid: string): Promise<string>;
  /** Forgets a chat that could not be written to. */
  lost(oid: string): void;
  /** What Teams vouches for: the validated activity's Entra object id. */
  whoIs(door: Door): ChatPerson;
}

const remembered = 10_000;

export function people(o: { readonly connector: Connector; readonly tenantId: string; readonly serviceUrl: string }): People {
  const chats = new Map<string, string>();
  const names = new Map<string, string>();
  let { serviceUrl } = o;

  return {
    hear({ from, conversation, type, action, serviceUrl: url }) {
      serviceUrl = url;
      if (from.oid === null) return;
      if (from.name !== '') keep(names, from.oid, from.name);
      if (conversation.kind !== 'personal') return;
      if (type === 'installationUpdate' && action.startsWith('remove')) chats.delete(from.oid);
      else keep(chats, from.oid, conversation.id);
    },
    serviceUrl: () => serviceUrl,
    async personalChat(oid) {
      const known = chats.get(oid);
      if (known !== undefined) return known;
      const made = await call('a personal chat', 'repeatable', () => o.connector.personalChat(serviceUrl, oid));
      keep(chats, oid, made);
      return made;
    },
    lost: (oid) => void chats.delete(oid),
    whoIs: ({ team, user }) => ({
      displayName: names.get(user) ?? user,
      mail: null,
      oid: team === o.tenantId ? user : null,
      outsider: team === o.tenantId ? null : 'stranger',
    }),
  };
}

/** The oldest go first. */
function keep(map: Map<string, string>, key: string, value: string): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= remembered) break;
    map.delete(oldest);
  }
}
