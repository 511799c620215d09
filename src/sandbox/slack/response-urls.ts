/**
 * Response URLs: five uses within 30 minutes, ephemeral unless `response_type` says otherwise, `replace_original` and
 * `delete_original` for the message that was pressed (docs.slack.dev/interactivity/handling-user-interaction, "Message responses").
 */

import { randomBytes } from 'node:crypto';
import { content } from './content.ts';
import { Refused } from './refused.ts';
import { botUser, type Json, type Message, type Workspace } from './workspace.ts';

const uses = 5;
const lifetime = 30 * 60 * 1000;

interface Open {
  readonly channel: string;
  readonly user: string;
  /** The message whose button was pressed. */
  readonly source: Message | null;
  readonly until: number;
  left: number;
}

export class ResponseUrls {
  readonly #workspace: Workspace;
  readonly #now: () => number;
  readonly #open = new Map<string, Open>();

  constructor(workspace: Workspace, now: () => number) {
    this.#workspace = workspace;
    this.#now = now;
  }

  /** A fresh path below the stand-in's address. */
  issue(to: Pick<Open, 'channel' | 'user' | 'source'>): string {
    const secret = randomBytes(18).toString('base64url');
    this.#open.set(secret, { ...to, until: this.#now() + lifetime, left: uses });
    return `/actions/response/${secret}`;
  }

  /** @returns HTTP status and body, as Slack answers */
  use(secret: string, body: Json): { status: number; body: string } {
    const open = this.#open.get(secret);
    if (open === undefined) return { status: 404, body: 'no_service' };
    if (this.#now() > open.until) return { status: 404, body: 'expired_url' };
    if (open.left === 0) return { status: 404, body: 'used_url' };
    open.left -= 1;
    try {
      this.#act(open, body);
      return { status: 200, body: 'ok' };
    } catch (error) {
      if (error instanceof Refused) return { status: 400, body: error.message };
      throw error;
    }
  }

  #act(open: Open, body: Json): void {
    const source = open.source === null ? undefined : this.#workspace.find(open.source.channel, open.source.ts);
    if (body.delete_original === true) {
      if (source !== undefined) this.#workspace.change(source, { deleted: true });
      return;
    }
    const made = content(body, 40_000);
    if (body.replace_original === true && source !== undefined) {
      this.#workspace.change(source, made);
      return;
    }
    const only = body.response_type === 'in_channel' ? null : open.user;
    this.#workspace.add({ channel: open.channel, user: botUser.id, ...made, metadata: null, only });
  }
}
