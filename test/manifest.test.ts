import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { parse } from 'yaml';
import { eventShape } from '../src/adapters/slack/shape.ts';
import { commandName, commandNames, words } from '../src/core/command/grammar.ts';
import { installedScopes } from '../src/sandbox/slack/start.ts';

interface Manifest {
  readonly features: {
    readonly app_home: { readonly home_tab_enabled: boolean; readonly messages_tab_enabled: boolean };
    readonly slash_commands: readonly {
      readonly command: string;
      readonly url: string;
      readonly usage_hint: string;
      readonly should_escape: boolean;
    }[];
  };
  readonly oauth_config: { readonly scopes: { readonly bot: readonly string[]; readonly user?: readonly string[] } };
  readonly settings: {
    readonly interactivity: {
      readonly is_enabled: boolean;
      readonly request_url: string;
      readonly message_menu_options_url: string;
    };
    readonly event_subscriptions: {
      readonly request_url: string;
      readonly bot_events: readonly string[];
      readonly user_events?: readonly string[];
    };
  };
}

const at = (path: string) => new URL(`../${path}`, import.meta.url);
const manifest = parse(readFileSync(at('manifests/slack.yaml'), 'utf8')) as Manifest;
const { features, oauth_config: oauth, settings } = manifest;
const adapter = readdirSync(at('src/adapters/slack/'))
  .map((file) => readFileSync(at(`src/adapters/slack/${file}`), 'utf8'))
  .join('\n');

/**
 * The bot scopes that each method of the Web API needs for what this bot does with it: public and private channels, and direct
 * messages with the bot. Page: docs.slack.dev/reference/methods/<method>.
 */
const scopesOf: Readonly<Record<string, readonly string[]>> = {
  'auth.test': [],
  'chat.postEphemeral': ['chat:write'],
  'chat.postMessage': ['chat:write'],
  'chat.update': ['chat:write'],
  'conversations.history': ['channels:history', 'groups:history', 'im:history'],
  'conversations.info': ['channels:read', 'groups:read'],
  'conversations.open': ['im:write'],
  'users.info': ['users:read'],
  'views.open': [],
  'views.publish': [],
  'views.push': [],
  'views.update': [],
};

/** What needs a scope without being a method: what the source holds, and the page that says so. */
const scopesBeside: readonly { readonly scope: string; readonly because: () => boolean; readonly page: string }[] = [
  {
    scope: 'commands',
    because: () => features.slash_commands.length > 0,
    page: 'docs.slack.dev/reference/scopes/commands',
  },
  {
    scope: 'users:read.email',
    because: () => adapter.includes('profile?.email'),
    page: 'docs.slack.dev/reference/scopes/users.read.email',
  },
];

const called = [...new Set([...adapter.matchAll(/\bclient\.([a-z]+\.[a-zA-Z]+)\(/g)].map(([, name]) => name ?? ''))].sort();

suite('the manifest of the Slack app', () => {
  test('asks for the scopes of what the bot calls, and for no other', () => {
    assert.deepEqual(called, Object.keys(scopesOf).sort(), 'the table holds what the adapter calls');
    const beside = scopesBeside.filter(({ because }) => because()).map(({ scope }) => scope);
    const needed = [...new Set([...called.flatMap((name) => scopesOf[name] ?? []), ...beside])].sort();
    assert.deepEqual([...oauth.scopes.bot].sort(), needed);
    assert.equal(oauth.scopes.user, undefined);
  });

  test('is what the sandbox installs', () => {
    assert.deepEqual([...installedScopes].sort(), [...oauth.scopes.bot].sort());
  });

  test('has the commands that the bot answers to, and no other', () => {
    const { slash_commands: commands } = features;
    assert.deepEqual(
      commands.map(({ command }) => command),
      Object.keys(commandNames),
    );
    for (const { command, should_escape: escapes } of commands) assert.equal(escapes, false, command);
  });

  test('hints at every word behind the first command, and at what the word behind any other takes', () => {
    const hintOf = (name: string) => features.slash_commands.find(({ command }) => command === name)?.usage_hint ?? '';
    for (const [name, word] of Object.entries(commandNames)) {
      if (word !== '') assert.equal(`${word} ${hintOf(name)}`, words.find((one) => one.name === word)?.usage);
    }
    const hint = hintOf(commandName);
    assert.deepEqual(
      hint.split(' | ').map((part) => part.split(' ')[0]),
      words.map(({ name }) => name).sort((a, b) => hint.indexOf(a) - hint.indexOf(b)),
    );
  });

  test('subscribes to the events that the bot works, and to no other', () => {
    const worked = (type: string) =>
      eventShape({
        type: 'event_callback',
        event_id: 'Ev1',
        team_id: 'T1',
        event: { type, user: 'U1', tab: 'home' },
      }).kind;
    const { bot_events: events, user_events: others } = settings.event_subscriptions;
    assert.deepEqual(events.map(worked), ['home']);
    assert.equal(worked('message'), 'ignored');
    assert.equal(others, undefined);
  });

  test('has the home tab and the messages that the bot uses', () => {
    assert.equal(features.app_home.home_tab_enabled, adapter.includes('client.views.publish('));
    assert.equal(features.app_home.messages_tab_enabled, true);
  });

  test('sends everything to the one path that the bot serves, over TLS', () => {
    const { interactivity, event_subscriptions: events } = settings;
    const urls = [
      ...features.slash_commands.map(({ url }) => url),
      interactivity.request_url,
      interactivity.message_menu_options_url,
      events.request_url,
    ].map((url) => new URL(url ?? ''));
    assert.equal(new Set(urls.map(String)).size, 1);
    assert.equal(urls[0]?.protocol, 'https:');
    const served = [...readFileSync(at('src/platforms.ts'), 'utf8').matchAll(/path: '(\/slack\/[^']+)'/g)].map(
      ([, path]) => path,
    );
    assert.deepEqual(served, [urls[0]?.pathname]);
    assert.equal(interactivity.is_enabled, true);
  });
});
