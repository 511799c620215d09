/** Forms and the App Home on Slack's Web API. */

import type { webApi } from '@slack/bolt';
import type { Chat, OpenForm } from '../../core/ports.ts';
import { call, slackCode } from './call.ts';
import { homeView, modal } from './form.ts';
import { carry, replyAddress } from './reply.ts';

/** Triggers that open nothing any more (docs.slack.dev/reference/methods/views.open, "Errors"; the second spelling is views.push's). */
const tooLate = new Set([
  'expired_trigger_id',
  'exchanged_trigger_id',
  'trigger_expired',
  'trigger_exchanged',
  'invalid_trigger_id',
  'invalid_trigger',
]);

export function views(client: webApi.WebClient): Pick<Chat, 'open' | 'home'> {
  return {
    async open(to, form) {
      const reply = replyAddress(to.token);
      if (reply.trigger === null) return null;
      const metadata = carry(form.about, reply);
      const args = { trigger_id: reply.trigger, view: modal(form, metadata) };
      try {
        const { view } = reply.inForm
          ? await call('views.push', 'once', () => client.views.push(args))
          : await call('views.open', 'once', () => client.views.open(args));
        return openForm(view?.id ?? '', metadata);
      } catch (error) {
        if (!tooLate.has(slackCode(error) ?? '')) throw error;
        return null;
      }
    },
    async home(door, card) {
      await call('views.publish', 'repeatable', () => client.views.publish({ user_id: door.user, view: homeView(card) }));
    },
  };

  function openForm(id: string, metadata: string): OpenForm {
    return {
      async change(form) {
        // What is about something else now carries that.
        const carried = { ...(JSON.parse(metadata) as object), about: form.about };
        try {
          await call('views.update', 'repeatable', () =>
            client.views.update({ view_id: id, view: modal(form, JSON.stringify(carried)) }),
          );
        } catch (error) {
          // Closed meanwhile (docs.slack.dev/reference/methods/views.update, `not_found`).
          if (slackCode(error) !== 'not_found') throw error;
        }
      },
    };
  }
}
