/** The load generator, in a process of its own: signed slash commands, so many in flight at a time. */

import { Agent, request } from 'node:http';
import { randomBytes } from 'node:crypto';
import { signature } from '../../src/sandbox/slack/deliver.ts';
import { botUser, team } from '../../src/sandbox/slack/workspace.ts';
import { serve } from './child.ts';
import { directMessages, member } from './crowd.ts';

export interface Volley {
  readonly url: string;
  readonly signingSecret: string;
  readonly atOnce: number;
  /** What is typed by each of these members of the crowd, after the command's name. */
  readonly by: readonly number[];
  readonly text: string;
}

/** Milliseconds from the first byte out to the last byte in, in the order of `by`. */
export interface Hits {
  readonly millis: readonly number[];
  /** Answers other than 200. */
  readonly failed: number;
}

/** docs.slack.dev/interactivity/implementing-slash-commands. The response URL is nobody's, so the answer takes chat.postEphemeral: one call as well. */
function form(n: number, text: string): string {
  const person = member(n);
  return new URLSearchParams({
    token: 'deprecated',
    team_id: team.id,
    team_domain: team.domain,
    channel_id: directMessages(person),
    channel_name: 'directmessage',
    user_id: person.slackUserId,
    user_name: person.key,
    command: '/crdb-access',
    text,
    api_app_id: botUser.appId,
    is_enterprise_install: 'false',
    response_url: 'https://hooks.slack.invalid/commands/none',
    trigger_id: `${Date.now()}.${n}.${randomBytes(16).toString('hex')}`,
  }).toString();
}

function post(url: string, secret: string, agent: Agent, body: string): Promise<number> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(body),
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': signature(secret, timestamp, body),
  };
  return new Promise((resolve) => {
    const req = request(url, { method: 'POST', agent, headers }, (res) => {
      res.resume();
      res.once('end', () => resolve(res.statusCode ?? 0));
    });
    req.once('error', () => resolve(0));
    req.end(body);
  });
}

async function fire(v: Volley): Promise<Hits> {
  const agent = new Agent({ keepAlive: true, maxSockets: v.atOnce });
  const rest = v.by.map((n, at) => ({ at, body: form(n, v.text) }));
  const millis: number[] = [];
  let failed = 0;
  const lane = async (): Promise<void> => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
      const began = performance.now();
      if ((await post(v.url, v.signingSecret, agent, next.body)) !== 200) failed += 1;
      millis[next.at] = performance.now() - began;
    }
  };
  await Promise.all(Array.from({ length: v.atOnce }, lane));
  agent.destroy();
  return { millis, failed };
}

serve(fire);
