import { chatContract } from '../contracts/chat.ts';
import type { Door } from '../../src/core/request/request.ts';
import { setUp } from './slack-setup.ts';

chatContract('Slack', async () => {
  const { slack, standIn, received, end } = await setUp();
  const door = (as: string): Door => ({ platform: 'slack', team: 'T0CONTOSO', user: `U0${as.toUpperCase()}` });
  return {
    chat: slack.chat,
    approvers: 'C0APPROVERS',
    nowhere: 'C0NONE',
    door,
    seen: (as) => standIn.inbox(as).map(({ text }) => text),
    async spoken(as) {
      await standIn.command(as, '/crdb-access help', 'crdb-approvals');
      const last = received.at(-1);
      return { door: last?.door ?? door(as), token: last?.reply ?? '' };
    },
    fault: (kind) => standIn.fault(kind),
    end,
  };
});
