/** What is done with a validated activity: made durable and answered, at once. */

import type { Chat, Clock, Log, Present, Recorded, Recorder, Suggest } from '../../core/ports.ts';
import { answerWithin, offering } from '../../core/work/in-time.ts';
import type { Activity, Json } from './activity.ts';
import type { TurnAnswer } from './connector.ts';
import { inbound, type Inbound, isOwnMessage } from './inbound.ts';
import { choices } from './inputs.ts';
import type { People } from './people.ts';
import { cardContent, cardType } from './render.ts';
import { platform, replyToken } from './reply.ts';

const told = {
  failed: 'This could not be recorded, so nothing was done. Try again in a minute.',
  slow: 'Recording this takes unusually long. If you hear nothing more within a minute, try again.',
  foreign: 'This belongs to nothing that the bot knows, perhaps to an earlier version of it. Nothing was done.',
  unknown: 'Microsoft Teams did not say who you are in the directory (there is no Entra object id), so nothing was done.',
  kept: { press: 'Received.', submit: 'Sent.' },
  nothing: 'There is nothing newer to show.',
} as const;

export interface Turns {
  /** @throws Fault when not even that it failed could be said: then it is to be delivered again */
  take(activity: Activity): Promise<TurnAnswer>;
}

export function turns(o: {
  readonly tenantId: string;
  readonly chat: Chat;
  readonly people: People;
  readonly log: Log;
  readonly clock: Clock;
  readonly record: Recorder;
  readonly suggest: Suggest;
  readonly present: Present;
  /** Takes the fields out of a form that was sent. */
  readonly close: (activity: Activity) => void;
}): Turns {
  const { tenantId, chat, people, log, clock } = o;
  const suggest = offering(o.suggest, clock, log);

  type Taker<K extends Inbound['kind']> = (
    came: Inbound & { readonly kind: K },
    activity: Activity,
    oid: string,
  ) => Promise<TurnAnswer>;
  const takers: { readonly [K in Inbound['kind']]: Taker<K> } = {
    async command(typed, activity, oid) {
      const outcome = await o.record(typed);
      if (outcome !== 'kept') await tell(activity, oid, outcome);
      return null;
    },
    async press(pressed, activity, oid) {
      return await acknowledged(activity, oid, await o.record(pressed), told.kept.press);
    },
    async submit(sent, activity, oid) {
      const outcome = await o.record(sent);
      if (outcome === 'kept' && isOwnMessage(activity)) o.close(activity);
      return await acknowledged(activity, oid, outcome, told.kept.submit);
    },
    async look({ door, about, place }) {
      if (place === null) return said(told.nothing);
      const shown = Promise.resolve().then(() => o.present(door, about, place));
      const card = await clock.within(answerWithin, 'what a card shows', shown).catch((error: unknown) => {
        log.warn({ about, error: error instanceof Error ? error.message : 'unknown' }, 'a card could not be shown anew');
        return null;
      });
      return card === null
        ? said(told.nothing)
        : { status: 200, body: { statusCode: 200, type: cardType, value: cardContent(card, about) } };
    },
    async question({ door, field, typed }) {
      const offered = await suggest(door, field, typed);
      return { status: 200, body: { statusCode: 200, type: searchResponse, value: { results: choices(offered) } } };
    },
    async foreign(_, activity, oid) {
      if (activity.type === 'invoke') return refusal(400, told.foreign);
      await tell(activity, oid, 'foreign');
      return null;
    },
    async ignored({ what }, activity) {
      log.info({ what }, 'Teams sent something that this bot does not use');
      return activity.type === 'invoke' ? { status: 501, body: {} } : null;
    },
  };

  /** The answer to a press is shown on its card; that to an Action.Submit, which is a message, is not asked for. */
  async function acknowledged(activity: Activity, oid: string, outcome: Recorded, kept: string): Promise<TurnAnswer> {
    if (activity.type === 'invoke') return outcome === 'kept' ? said(kept) : refusal(503, told[outcome]);
    if (outcome !== 'kept') await tell(activity, oid, outcome);
    return null;
  }

  async function tell(activity: Activity, oid: string, what: 'failed' | 'slow' | 'foreign'): Promise<void> {
    const door = { platform, team: tenantId, user: oid };
    await chat.answer({ door, token: replyToken(activity, oid) }, { title: [told[what]], blocks: [] });
  }

  return {
    async take(activity) {
      people.hear(activity);
      const { oid } = activity.from;
      if (oid === null) {
        log.info({ type: activity.type }, 'an activity of somebody without an Entra object id');
        return activity.type === 'invoke' ? refusal(403, told.unknown) : null;
      }
      const came = inbound({ activity, oid }, tenantId);
      return await (takers[came.kind] as Taker<Inbound['kind']>)(came, activity, oid);
    },
  };
}

const searchResponse = 'application/vnd.microsoft.search.searchResponse';

/** learn.microsoft.com, "work-with-universal-actions-for-adaptive-cards", "Response format". */
const said = (value: string): TurnAnswer => ({
  status: 200,
  body: { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value },
});

const refusal = (statusCode: number, message: string): TurnAnswer => {
  const value: Json = { code: statusCode === 503 ? 'NotRecorded' : 'Refused', message };
  return { status: 200, body: { statusCode, type: 'application/vnd.microsoft.error', value } };
};
