/** The Chat port on Teams: what people then see, and what becomes of it when Teams does not do its part. */
import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { after, afterEach, before, suite, test } from 'node:test';
import { clock } from '../../src/adapters/clock/clock.ts';
import { readBody } from '../../src/adapters/http/body.ts';
import { teams } from '../../src/adapters/teams/app.ts';
import { Fault } from '../../src/core/errors.ts';
import type { Card } from '../../src/core/messages/card.ts';
import { askForm } from '../../src/core/messages/forms.ts';
import type { Chat, Interaction, ReplyTo } from '../../src/core/ports.ts';
import { authority } from '../../src/sandbox/certs.ts';
import { teamsAppId, teamsChannels, tenantId } from '../../src/sandbox/people.ts';
import { json, withServer } from './entra-rig.ts';
import { recordingLog } from './slack-setup.ts';
import { doorOf, type Setup, setUp } from './teams-setup.ts';

const approvals = teamsChannels.approvers.id;
const general = teamsChannels.general.id;
const card = (title: string): Card => ({ title: [title], blocks: [] });
const tag = (requestId: string, kind = 'approval') => ({ requestId, kind });

let b: Setup;
before(async () => {
  b = await setUp({ limits: false });
});
after(() => b.end());
afterEach(() => b.standIn.fault('none'));

const pause = (millis: number): Promise<void> => new Promise((go) => setTimeout(go, millis));
const titles = (as: string, channel?: string): string[] =>
  b
    .seen(as)
    .flatMap((message) => (message.isBot && (channel === undefined || message.channel === channel) ? [message.summary] : []));
async function spoken(as: string, text: string, channel?: string): Promise<ReplyTo> {
  await b.standIn.say(as, text, channel);
  const { door, reply } = b.received.pop() as Interaction;
  return { door, token: reply };
}
const faultOf = async (work: Promise<unknown>): Promise<Fault> => {
  const fault = await work.then(
    () => assert.fail('it worked'),
    (error: unknown) => error,
  );
  assert.ok(fault instanceof Fault, String(fault));
  return fault;
};

suite('a card', () => {
  test('stands in the channel, is changed where it stands, and everybody there sees it', async () => {
    const place = await b.teams.chat.post({ channel: approvals }, card('pending'), tag('A1'), false);
    assert.deepEqual([place.platform, place.channel], ['teams', approvals]);
    assert.deepEqual([titles('bob').at(-1), titles('carol').at(-1)], ['pending', 'pending']);
    assert.ok(!titles('alice').includes('pending'), 'Alice is not in the channel');
    await b.teams.chat.update(place, card('approved'), tag('A1'));
    assert.equal(titles('bob').at(-1), 'approved');
    assert.ok(!titles('bob').includes('pending'));
  });
  test('stands in a group chat too', async () => {
    await b.teams.chat.post({ channel: teamsChannels.admins.id }, card('an alert'), tag('A2', 'alert:x'), false);
    assert.equal(titles('grace', teamsChannels.admins.id).at(-1), 'an alert');
  });
  test("refreshes for whoever looks where it is a request's or a proposal's; an outcome stays as it is", async () => {
    for (const [kind, live] of [
      ['approval', true],
      ['proposal', true],
      ['outcome:granted', false],
      ['alert:x', false],
    ] as const) {
      await b.teams.chat.post({ channel: approvals }, card(kind), tag('A3', kind), false);
      assert.equal('refresh' in (b.seen('bob').at(-1)?.cards[0] ?? {}), live, kind);
    }
  });
  test('for a person comes in their own chat, also after a restart, whether they ever spoke or not', async () => {
    for (const chat of [b.teams.chat, b.restarted().chat, b.restarted().chat]) {
      const place = await chat.post({ door: doorOf('erin') }, card('for Erin'), tag('A4', 'outcome:granted'), false);
      assert.match(place.channel, /^a:1/);
    }
    assert.deepEqual(titles('erin'), ['for Erin', 'for Erin', 'for Erin']);
    assert.ok(!titles('bob').includes('for Erin'));
  });
  test('that may be there already is not posted twice by the process that posted it', async () => {
    const first = await b.teams.chat.post({ channel: approvals }, card('once'), tag('A5'), true);
    const second = await b.teams.chat.post({ channel: approvals }, card('once'), tag('A5'), true);
    assert.deepEqual(second, first);
    assert.notDeepEqual(await b.teams.chat.post({ channel: approvals }, card('once'), tag('A5', 'proposal'), true), first);
    assert.notDeepEqual(await b.teams.chat.post({ channel: approvals }, card('once'), tag('A5'), false), first);
  });
  test('that somebody deleted, or whose channel lost the bot, is let go', async () => {
    const place = await b.teams.chat.post({ channel: general }, card('gone'), tag('A6'), false);
    await b.teams.chat.update({ ...place, message: '1' }, card('gone'), tag('A6'));
    await b.standIn.uninstall(general);
    try {
      await b.teams.chat.update(place, card('gone'), tag('A6'));
      assert.deepEqual(await b.teams.chat.reach(general), 'not_in');
      const fault = await faultOf(b.teams.chat.post({ channel: general }, card('gone'), tag('A6'), false));
      assert.deepEqual([fault.code, fault.retry], ['chat_refused', 'never']);
      assert.match(fault.message, /BotNotInConversationRoster \(add the app to that team or chat/);
    } finally {
      await b.standIn.install(general);
    }
    assert.equal(await b.teams.chat.reach(general), 'ok');
  });
  test('for a channel that is not there is refused, with what to do', async () => {
    assert.equal(await b.teams.chat.reach('19:nowhere@thread.tacv2'), 'gone');
    const fault = await faultOf(b.teams.chat.post({ channel: '19:nowhere@thread.tacv2' }, card('x'), tag('A7'), false));
    assert.match(fault.message, /ConversationNotFound \(check the conversation id in the policy\)/);
  });
});

suite('an answer', () => {
  test("comes in the person's own chat, wherever they spoke", async () => {
    await b.teams.chat.answer(await spoken('bob', 'mine'), card('yours alone'));
    await b.teams.chat.answer(await spoken('bob', '@crdb-access mine', approvals), card('yours alone'));
    const personal = b.standIn.screen('bob').channels.find(({ kind }) => kind === 'personal');
    assert.equal(titles('bob', personal?.id).filter((title) => title === 'yours alone').length, 2);
    assert.ok(!titles('carol').includes('yours alone'));
  });
  test('to somebody who can not be written to says in the thread what to do, and nothing of what it had to say', async () => {
    const to = await spoken('bob', '@crdb-access mine', approvals);
    await b.standIn.uninstall('bob');
    try {
      await b.teams.chat.answer(to, card('yours alone, and secret'));
      await b.teams.chat.open(to, askForm(null)).then((open) => open?.change(askForm(null)));
      const inThread = b.seen('carol').filter(({ thread, isBot }) => isBot && thread !== null);
      assert.equal(inThread.length, 2);
      assert.match(inThread[0]?.summary ?? '', /I can not write to you\nAdd the app crdb-access for yourself in Teams/);
      assert.ok(!JSON.stringify(b.seen('carol')).includes('secret'));
      const fault = await faultOf(b.teams.chat.post({ door: doorOf('bob') }, card('x'), tag('B1', 'outcome:denied'), false));
      assert.equal(fault.code, 'chat_refused');
    } finally {
      await b.standIn.install('bob');
    }
    await b.teams.chat.answer(to, card('again'));
    assert.ok(titles('bob').includes('again'));
  });
});

suite('a form', () => {
  test('comes as a message, and shows something else in its place when it is told to', async () => {
    const open = await b.teams.chat.open(await spoken('dave', 'request'), askForm(null));
    const before = b.seen('dave').at(-1);
    await open?.change({
      ...askForm(null),
      blocks: [{ kind: 'text', text: ['There is nothing to ask for'] }],
      fields: [],
      submit: null,
    });
    const now = b.seen('dave').at(-1);
    assert.equal(now?.id, before?.id);
    assert.match(JSON.stringify(now?.cards), /There is nothing to ask for/);
    assert.ok(!/Input\.|Action\./.test(JSON.stringify(now?.cards)));
  });
});

suite('a person', () => {
  test('is the Entra object id that Teams vouches for, in the home tenant alone', async () => {
    await spoken('alice', 'help');
    const { user } = doorOf('alice');
    assert.deepEqual(await b.teams.chat.whoIs(doorOf('alice')), {
      displayName: 'Alice Park',
      mail: null,
      oid: user,
      outsider: null,
    });
    const foreign = await b.teams.chat.whoIs({ ...doorOf('alice'), team: 'c0ffee00-1111-4222-8333-444455556666' });
    assert.deepEqual([foreign.outsider, foreign.mail], ['stranger', null]);
  });
});

suite('when Teams', () => {
  test('is not reachable, nothing was done and it is worth trying later', async () => {
    b.standIn.fault('down');
    const fault = await faultOf(b.teams.chat.post({ channel: approvals }, card('down'), tag('C1'), false));
    assert.equal(fault.code, 'chat_unavailable');
    assert.ok(fault.retry === 'later' || fault.retry === 'unknown');
    b.standIn.fault('none');
    assert.ok(!titles('bob').includes('down'));
  });
  test('throttles, nobody waits for it here, and that conversation is left alone for the time that it named', async () => {
    const late = (): Promise<unknown> => b.teams.chat.post({ channel: approvals }, card('after a while'), tag('C2'), false);
    b.standIn.fault('429');
    const began = performance.now();
    const first = await faultOf(late());
    assert.deepEqual([first.code, first.retry, first.retryAfter], ['chat_unavailable', 'later', 2]);
    b.standIn.fault('none');
    const second = await faultOf(late());
    assert.match(second.message, /^Teams: it takes nothing for that conversation just now$/);
    assert.ok(performance.now() - began < 1_000, 'nobody waited');
    await b.teams.chat.post({ channel: general }, card('elsewhere at once'), tag('C2'), false);
    assert.ok(!titles('bob').includes('after a while'));
    await pause((second.retryAfter ?? 0) * 1_000);
    await late();
    assert.ok(performance.now() - began > 2_000, 'not before Retry-After');
    assert.equal(titles('bob').filter((title) => title === 'after a while').length, 1);
  });
  test("keeps its limits, many cards for one conversation meet none of them, come in their order, and a person's message comes at once", async () => {
    const refused: string[] = [];
    const s = await setUp({
      watch: (when, what, { status }) => {
        if (when === 'after' && status === 429) refused.push(what);
      },
    });
    const cards = Array.from({ length: 16 }, (_, i) => `card ${i}`);
    /** Comes again as the core does. */
    const owed = async (title: string): Promise<void> => {
      for (;;) {
        const fault = await s.teams.chat.post({ channel: approvals }, card(title), tag(title), false).then(
          () => null,
          (error: unknown) => error as Fault,
        );
        if (fault === null) return;
        assert.equal(fault.retry, 'later', fault.message);
        await pause((fault.retryAfter ?? 1) * 1_000);
      }
    };
    try {
      const all = cards.map(owed);
      const began = performance.now();
      await s.teams.chat.post({ door: doorOf('erin') }, card('for Erin'), tag('C5', 'outcome:granted'), false);
      assert.ok(performance.now() - began < 1_000, 'a person waited for a channel');
      await Promise.all(all);
      assert.deepEqual(refused, []);
      const shown = s.seen('bob').flatMap(({ isBot, summary }) => (isBot && summary.startsWith('card ') ? [summary] : []));
      assert.deepEqual(shown, cards);
    } finally {
      await s.end();
    }
  });
  test("does not take the bot's token any more, a fresh one is fetched and the message is posted once", async () => {
    const asked: boolean[] = [];
    const rolled = await setUp({
      token: (refused) => {
        asked.push(refused);
        return Promise.resolve(refused ? 'own' : 'withdrawn');
      },
    });
    await rolled.teams.chat.post({ channel: approvals }, card('after a rollover'), { requestId: 'R1', kind: 'approval' }, false);
    assert.deepEqual(asked, [false, true]);
    assert.equal(rolled.seen('bob').filter(({ summary }) => summary.includes('after a rollover')).length, 1);
    await rolled.end();
  });
  test("does not take the bot's token, the variables to look at are named", async () => {
    const wrong = await setUp({ token: () => Promise.resolve('stolen') });
    try {
      const fault = await faultOf(wrong.teams.chat.post({ channel: approvals }, card('x'), tag('C3'), false));
      assert.deepEqual([fault.code, fault.retry], ['chat_refused', 'never']);
      assert.match(fault.message, /TEAMS_APP_ID, AZURE_TENANT_ID and the secret must belong together/);
    } finally {
      await wrong.end();
    }
  });
  test('can not be called because there is no token, the reason is named in the words of the configuration', async () => {
    const says = 'Microsoft Entra refused (AADSTS7000215): the client secret is wrong: set AZURE_CLIENT_SECRET to the value';
    const without = await setUp({ token: () => Promise.reject(new Fault('directory_refused', 'never', says)) });
    try {
      const fault = await faultOf(without.teams.chat.post({ channel: approvals }, card('x'), tag('C4'), false));
      assert.deepEqual([fault.code, fault.retry], ['chat_refused', 'never']);
      assert.match(fault.message, /set TEAMS_APP_PASSWORD to the value/);
    } finally {
      await without.end();
    }
  });
});

suite('a look at a channel', () => {
  test('is one for all who ask within two seconds, and a new one for whoever asks later', async () => {
    let looks = 0;
    const s = await setUp({
      watch: (when, what) => {
        if (when === 'before' && what.endsWith('/pagedmembers')) looks += 1;
      },
    });
    try {
      const all = Array.from({ length: 40 }, () => s.teams.chat.reach(approvals));
      assert.deepEqual(new Set(await Promise.all(all)), new Set(['ok']));
      assert.equal(await s.teams.chat.reach(general), 'ok');
      assert.equal(looks, 2, 'one a channel');
      await s.standIn.uninstall(approvals);
      await pause(2_100);
      assert.equal(await s.teams.chat.reach(approvals), 'not_in');
    } finally {
      await s.end();
    }
  });
});

type Answered = (res: ServerResponse, call: number, req: IncomingMessage) => void;

/** A Teams that answers as a test says; how often it was asked. */
async function against(answer: Answered, use: (chat: Chat) => Promise<unknown>): Promise<number> {
  const ca = await authority(process.env['TEAMS_TEST_DIR'] ?? '', 'entra');
  let calls = 0;
  await withServer(
    ca,
    (req, res) => {
      calls += 1;
      req.resume().once('end', () => answer(res, calls, req));
    },
    async (url) => {
      const never = () => Promise.reject(new Error('not asked for'));
      const bot = teams({
        appId: teamsAppId,
        tenantId,
        token: () => Promise.resolve('own'),
        serviceUrl: `${url}/teams/`,
        serviceUrlHosts: [new URL(url).host],
        issuer: 'https://api.botframework.com',
        metadataUrl: `${url}/keys`,
        anonymous: false,
        log: recordingLog().log,
        clock,
        readBody,
        record: never,
        suggest: never,
        present: never,
      });
      await use(bot.chat);
    },
  );
  return calls;
}
const post = (chat: Chat): Promise<unknown> => chat.post({ channel: approvals }, card('x'), tag('D1'), false);
const update = (chat: Chat): Promise<unknown> =>
  chat.update({ platform: 'teams', channel: approvals, message: '1' }, card('x'), tag('D1'));
const error = (code: string) => ({ error: { code, message: 'x' } });

suite('an answer of Teams', () => {
  const repeated: readonly (readonly [number, string, (chat: Chat) => Promise<unknown>])[] = [
    [412, 'a post', post],
    [429, 'a post', post],
    [503, 'a post', post],
    [412, 'a change', update],
    [429, 'a change', update],
    [500, 'a change', update],
    [502, 'a change', update],
    [503, 'a change', update],
    [504, 'a change', update],
  ];
  for (const [status, what, make] of repeated) {
    test(`${status} to ${what} is followed by another try`, async () => {
      const calls = await against(
        (res, call) => (call === 1 ? json(res, status, error('x'), { 'retry-after': '0' }) : json(res, 200, { id: '7' })),
        make,
      );
      assert.equal(calls, 2);
    });
  }
  for (const status of [500, 502, 504]) {
    test(`${status} to a post, whose outcome is unknown, is left to whoever asked: a second one would be seen`, async () => {
      const calls = await against(
        (res) => json(res, status, error('x')),
        async (chat) => {
          const fault = await faultOf(post(chat));
          assert.deepEqual([fault.code, fault.retry], ['chat_unavailable', 'unknown']);
        },
      );
      assert.equal(calls, 1);
    });
  }
  test('that it has to wait for long is not waited for here', async () => {
    const calls = await against(
      (res) => json(res, 429, error('x'), { 'retry-after': '60' }),
      async (chat) => {
        const fault = await faultOf(post(chat));
        assert.deepEqual([fault.code, fault.retry, fault.retryAfter], ['chat_unavailable', 'later', 60]);
      },
    );
    assert.equal(calls, 1);
  });
  test('that it takes too much, without a word of how long, is as if it had said two seconds', async () => {
    const calls = await against(
      (res) => json(res, 429, error('x')),
      async (chat) => {
        const fault = await faultOf(post(chat));
        assert.deepEqual([fault.code, fault.retry, fault.retryAfter], ['chat_unavailable', 'later', 2]);
      },
    );
    assert.equal(calls, 1);
  });
  const refusals: readonly (readonly [number, object, RegExp])[] = [
    [
      403,
      { errorCode: 209, message: '{\r\n  "subCode": "MessageWritesBlocked",\r\n  "details": "x"}' },
      /MessageWritesBlocked \(the person blocked/,
    ],
    [403, error('BotDisabledByAdmin'), /BotDisabledByAdmin \(an admin of Teams has blocked the app/],
    [413, error('MessageSizeTooBig'), /MessageSizeTooBig \(the message is larger/],
    [400, error('BadSyntax'), /HTTP 400, BadSyntax$/],
    [404, {}, /HTTP 404, no code$/],
  ];
  for (const [status, body, says] of refusals) {
    test(`${status} ${says.source.slice(0, 30)} is refused for good, in words that say what to do`, async () => {
      const calls = await against(
        (res) => json(res, status, body),
        async (chat) => {
          const fault = await faultOf(post(chat));
          assert.deepEqual([fault.code, fault.retry], ['chat_refused', 'never']);
          assert.match(fault.message, says);
        },
      );
      assert.equal(calls, 1);
    });
  }
  test("that leads elsewhere is not followed: the bot's token goes to no other host", async () => {
    const paths: (string | undefined)[] = [];
    await against(
      (res, _, req) => {
        paths.push(req.url);
        res.writeHead(307, { location: '/elsewhere' }).end();
      },
      async (chat) => {
        await faultOf(post(chat));
      },
    );
    assert.equal(paths.length, 1);
  });
  test('that is no JSON, or says nothing of where the message is, is no success', async () => {
    for (const answer of [(res: ServerResponse) => res.end('<html>'), (res: ServerResponse) => json(res, 201, {})]) {
      await against(
        (res) => void answer(res),
        async (chat) => {
          const fault = await faultOf(post(chat));
          assert.equal(fault.code, 'chat_unavailable');
        },
      );
    }
  });
});
