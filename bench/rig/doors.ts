/** How people ask and approve on either platform, and how what the bot sends there is known. */

import type { Platform } from '../../src/sandbox/platforms.ts';
import { channels, type SandboxPerson, teamsChannels, teamsUserId } from '../../src/sandbox/people.ts';
import { personalId } from '../../src/sandbox/teams/tenant.ts';
import type { Call } from '../tape/tape.ts';
import { directMessages } from './crowd.ts';
import type { BenchWorld } from './world.ts';

interface Outcome {
  readonly ok: boolean;
  readonly status: number;
  readonly error?: string;
}

export interface Door {
  readonly platform: Platform;
  /** Where the approvers' cards stand. */
  readonly approvers: string;
  ask(world: BenchWorld, person: SandboxPerson, words: string): Promise<Outcome>;
  /** Bob presses Approve. */
  approve(world: BenchWorld, card: string): Promise<Outcome>;
  /** Whether the stand-in has just taken a message to this person. */
  isMessageTo(person: SandboxPerson, what: string, facts: Readonly<Record<string, unknown>>): boolean;
  /** Whether a call on the tape is such a message. */
  isCallTo(person: SandboxPerson, call: Call): boolean;
  /** Where the bot's calls to the platform go. */
  origin(world: BenchWorld): string;
  /** What stands for a person here alone. */
  names(person: SandboxPerson): readonly string[];
}

export const slackDoor: Door = {
  platform: 'slack',
  approvers: channels.approvers.id,
  ask: ({ sandbox }, { key }, words) => sandbox.slack.command(key, `/crdb-access ${words}`),
  approve: ({ sandbox }, card) => sandbox.slack.press('bob', card, 'Approve'),
  isMessageTo: (person, what, facts) => what === 'chat.postMessage' && facts['channel'] === directMessages(person),
  isCallTo: (person, { url, body }) => url.endsWith('chat.postMessage') && (body ?? '').includes(directMessages(person)),
  origin: ({ sandbox }) => new URL(sandbox.facts.slack.apiUrl).origin,
  names: () => [],
};

export const teamsDoor: Door = {
  platform: 'teams',
  approvers: teamsChannels.approvers.id,
  ask: ({ sandbox }, { key }, words) => sandbox.teams.say(key, words),
  approve: ({ sandbox }, card) => sandbox.teams.press('bob', card, 'Approve'),
  isMessageTo: (person, what, { path, status }) =>
    what === 'POST /v3/conversations/{id}/activities' && status === 201 && isTheirs(person, String(path)),
  isCallTo: (person, { method, url }) => method === 'POST' && isTheirs(person, new URL(url).pathname),
  origin: ({ sandbox }) => new URL(sandbox.teams.serviceUrl).origin,
  names: (person) => [personalId(person), encodeURIComponent(personalId(person)), teamsUserId(person)],
};

const isTheirs = (person: SandboxPerson, path: string): boolean =>
  decodeURIComponent(path).endsWith(`/v3/conversations/${personalId(person)}/activities`);
