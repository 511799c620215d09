/** Started by teams.test.ts: the contract of a chat, on Teams. */
import { chatContract } from '../contracts/chat.ts';
import { teamsChannels } from '../../src/sandbox/people.ts';
import { doorOf, setUp } from './teams-setup.ts';

chatContract('Teams', async () => {
  const { teams, standIn, received, seen, end } = await setUp({ limits: false });
  return {
    chat: teams.chat,
    approvers: teamsChannels.approvers.id,
    nowhere: '19:nowhere@thread.tacv2',
    door: doorOf,
    seen: (as) => seen(as).flatMap((m) => (m.isBot ? [m.summary] : [])),
    async spoken(as) {
      await standIn.say(as, '@crdb-access help', teamsChannels.approvers.id);
      const last = received.at(-1);
      return { door: last?.door ?? doorOf(as), token: last?.reply ?? '' };
    },
    fault: (kind) => standIn.fault(kind),
    end,
  };
});
