/** What the core counts on from the Chat port, whatever platform stands behind it. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { Fault } from '../../src/core/errors.ts';
import { type Card, spelled } from '../../src/core/messages/card.ts';
import { askForm } from '../../src/core/messages/forms.ts';
import type { Chat, ReplyTo } from '../../src/core/ports.ts';
import type { Door } from '../../src/core/request/request.ts';

/** An adapter on its stand-in. Bob and Carol are in the approvers' channel, Alice is not. */
export interface ChatBench {
  readonly chat: Chat;
  /** Channels with the bot in them, one that is nowhere, and the approvers'. */
  readonly approvers: string;
  readonly nowhere: string;
  door(as: string): Door;
  /** The words of everything that the bot shows this person, oldest first. */
  seen(as: string): readonly string[];
  /** How to answer somebody who typed something in the approvers' channel. */
  spoken(as: string): Promise<ReplyTo>;
  fault(kind: 'down' | 'none'): void;
  end(): Promise<void>;
}

const card = (title: string): Card => ({ title: [title], blocks: [{ kind: 'text', text: ['with words'] }] });
const tag = (requestId: string, kind = 'approval') => ({ requestId, kind });

/** Declares its tests at the top of the file that calls it: one file, one platform. */
export function chatContract(name: string, make: () => Promise<ChatBench>): void {
  let b: ChatBench;
  before(async () => {
    b = await make();
  });
  afterEach(() => b.fault('none'));
  after(() => b?.end());
  const shows = (as: string, title: string): number => b.seen(as).filter((words) => words.includes(title)).length;
  const faultOf = async (work: Promise<unknown>): Promise<Fault> => {
    const fault = await work.then(
      () => assert.fail('it worked'),
      (error: unknown) => error,
    );
    assert.ok(fault instanceof Fault, String(fault));
    return fault;
  };

  test(`a chat on ${name} names its platform in every door and place`, async () => {
    assert.equal(b.door('bob').platform, b.chat.platform);
    const place = await b.chat.post({ channel: b.approvers }, card('card 1'), tag('R1'), false);
    assert.equal(place.platform, b.chat.platform);
    assert.equal((await b.spoken('bob')).door.platform, b.chat.platform);
    assert.deepEqual((await b.spoken('bob')).door, b.door('bob'));
  });

  test(`a chat on ${name} knows who somebody is by what the platform vouches for`, async () => {
    const { door } = await b.spoken('bob');
    const bob = await b.chat.whoIs(door);
    assert.equal(bob.outsider, null);
    assert.ok(bob.mail !== null || bob.oid !== null);
    assert.match(bob.displayName, /Bob/);
  });

  test(`a chat on ${name} posts a card where it was told to, for those who are there, and changes it where it stands`, async () => {
    const place = await b.chat.post({ channel: b.approvers }, card('as it was'), tag('R2'), false);
    assert.equal(place.channel, b.approvers);
    for (const [as, count] of [
      ['bob', 1],
      ['carol', 1],
      ['alice', 0],
    ] as const)
      assert.equal(shows(as, 'as it was'), count, as);
    const before = b.seen('bob').length;
    await b.chat.update(place, card('as it is'), tag('R2'));
    await b.chat.update(place, card('as it is'), tag('R2'));
    assert.deepEqual([shows('bob', 'as it was'), shows('bob', 'as it is'), b.seen('bob').length], [0, 1, before]);
  });

  test(`a chat on ${name} posts to a person alone`, async () => {
    await b.chat.post({ door: b.door('alice') }, card('for Alice'), tag('R3', 'outcome:granted'), false);
    assert.deepEqual([shows('alice', 'for Alice'), shows('bob', 'for Alice')], [1, 0]);
  });

  test(`a chat on ${name} posts what may be there already once for each thing that it is about`, async () => {
    const to = { door: b.door('carol') };
    const first = await b.chat.post(to, card('one of a kind'), tag('R4', 'outcome:denied'), false);
    assert.deepEqual(await b.chat.post(to, card('one of a kind'), tag('R4', 'outcome:denied'), true), first);
    assert.equal(shows('carol', 'one of a kind'), 1);
    for (const other of [tag('R4', 'alert:x'), tag('R5', 'outcome:denied')])
      assert.notDeepEqual(await b.chat.post(to, card('one of a kind'), other, true), first);
    assert.equal(shows('carol', 'one of a kind'), 3);
  });

  test(`a chat on ${name} answers whoever spoke, and nobody else reads it`, async () => {
    await b.chat.answer(await b.spoken('bob'), card('for your eyes'));
    assert.deepEqual([shows('bob', 'for your eyes'), shows('carol', 'for your eyes')], [1, 0]);
  });

  test(`a chat on ${name} opens a form for whoever spoke, and shows something else in its place`, async () => {
    const open = await b.chat.open(await b.spoken('carol'), askForm(null));
    assert.ok(open);
    const instead = {
      ...askForm(null),
      blocks: [{ kind: 'text' as const, text: ['nothing to ask'] }],
      fields: [],
      submit: null,
    };
    await open.change(instead);
  });

  test(`a chat on ${name} spells what is to be typed as it is typed there`, async () => {
    const title = ['Type ', { typed: 'list <text>' }, ' now'] as const;
    await b.chat.post({ door: b.door('bob') }, { title, blocks: [{ kind: 'note', text: [...title] }] }, tag('R6', 'x'), false);
    assert.ok(
      b
        .seen('bob')
        .at(-1)
        ?.replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .includes(`Type ${spelled('list <text>', b.chat.calledBy)} now`),
    );
  });

  test(`a chat on ${name} lets a card go that is not there any more`, async () => {
    const place = await b.chat.post({ channel: b.approvers }, card('a card'), tag('R7'), false);
    await b.chat.update({ ...place, message: '1' }, card('gone'), tag('R7'));
    assert.equal(shows('bob', 'gone'), 0);
  });

  test(`a chat on ${name} tells whether a channel can be posted to, and refuses for good where there is none`, async () => {
    assert.equal(await b.chat.reach(b.approvers), 'ok');
    assert.equal(await b.chat.reach(b.nowhere), 'gone');
    const fault = await faultOf(b.chat.post({ channel: b.nowhere }, card('lost'), tag('R8'), false));
    assert.deepEqual([fault.code, fault.retry], ['chat_refused', 'never']);
  });

  test(`a chat on ${name} says of an outage that it passes, and nothing was done`, async () => {
    const place = await b.chat.post({ channel: b.approvers }, card('before'), tag('R9'), false);
    b.fault('down');
    const works = [
      () => b.chat.post({ channel: b.approvers }, card('meanwhile'), tag('R10'), false),
      () => b.chat.update(place, card('meanwhile'), tag('R9')),
    ];
    for (const work of works) {
      const fault = await faultOf(work());
      assert.equal(fault.code, 'chat_unavailable');
      assert.notEqual(fault.retry, 'never');
    }
    b.fault('none');
    assert.deepEqual([shows('bob', 'before'), shows('bob', 'meanwhile')], [1, 0]);
    await b.chat.update(place, card('after'), tag('R9'));
    assert.equal(shows('bob', 'after'), 1);
  });
}
