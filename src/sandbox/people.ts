/** Who lives in the sandbox: one table, read by every stand-in. The ids are fixed, so that a second start knows everybody again. */
import { createHash } from 'node:crypto';

export interface SandboxPerson {
  readonly key: string;
  readonly name: string;
  readonly upn: string;
  readonly mail: string;
  readonly oid: string;
  readonly slackUserId: string;
  readonly enabled: boolean;
  readonly kind: 'member' | 'guest';
  /** Values of the app roles that are assigned to this person. */
  readonly appRoles: readonly string[];
  /** Channels that this person is a member of in Slack and in Teams, by the names in `channels` and `teamsChannels`. */
  readonly channels: readonly (keyof typeof channels)[];
}

export const tenantId = '8d1f4c1e-6b0a-4c7e-9a53-2f1c8f0b7a11';
/** The bot's own app registration: its app roles are the ones that the policy names. */
export const botClientId = 'b07b07b0-1111-4aaa-8bbb-00000000c0de';
/** The app registration behind the bot in Teams. */
export const teamsAppId = '7ea37ea3-3333-4aaa-8bbb-00000000b07a';
/** The API app registration that people's tokens for the cluster are for. */
export const apiClientId = 'c0c4a0ac-2222-4aaa-8bbb-00000000dbdb';
export const apiScope = 'api://crdb-prod/.default';
export const primaryDomain = 'contoso.com';
export const otherDomain = 'fabrikam.com';

export const channels = {
  approvers: { id: 'C0APPROVERS', name: 'crdb-approvals' },
  admins: { id: 'C0ADMINS', name: 'crdb-admins' },
  general: { id: 'C0GENERAL', name: 'general' },
} as const;

/** The same in Teams: two channels of standard teams, and a group chat, each with the bot in it. */
export const teamsChannels = {
  approvers: { id: '19:4f0e8a61d2c94b7f9a3e5c7d1b20aaaa@thread.tacv2', name: 'crdb-approvals', team: 'Database approvals' },
  admins: { id: '19:9b1d7c35e8f24a06b4d2f6a8c0e1bbbb@thread.v2', name: 'crdb-admins', team: null },
  general: { id: '19:2c6a9e40f7b84d15a8c3e1d5f792cccc@thread.tacv2', name: 'General', team: 'Contoso' },
} as const satisfies Record<keyof typeof channels, { readonly id: string; readonly name: string; readonly team: string | null }>;

/** What Teams calls a person towards this one bot: opaque, and another one for every bot. */
export function teamsUserId({ oid }: Pick<SandboxPerson, 'oid'>): string {
  return `29:1${createHash('sha256').update(`${oid} for ${teamsAppId}`).digest('base64url')}`;
}

const request = 'Crdb.Request';
const approve = 'Crdb.Approve';
const admin = 'Crdb.Admin';
const billing = 'Crdb.Billing.Request';

type Row = Partial<Omit<SandboxPerson, 'oid' | 'slackUserId'>> & Pick<SandboxPerson, 'key' | 'name' | 'upn'>;

function person(n: number, row: Row): SandboxPerson {
  return {
    mail: row.upn,
    oid: `0000000${n}-aaaa-4bbb-8ccc-00000000000${n}`,
    slackUserId: `U0${row.key.toUpperCase()}`,
    enabled: true,
    kind: 'member',
    appRoles: [],
    channels: ['general'],
    ...row,
  };
}

export const people: readonly SandboxPerson[] = [
  person(1, { key: 'alice', name: 'Alice Park', upn: `alice@${primaryDomain}`, appRoles: [request] }),
  person(2, {
    key: 'bob',
    name: 'Bob Ito',
    upn: `bob@${primaryDomain}`,
    appRoles: [approve],
    channels: ['general', 'approvers'],
  }),
  person(3, {
    key: 'carol',
    name: 'Carol Díaz',
    upn: `carol@${primaryDomain}`,
    appRoles: [request, approve, admin, billing],
    channels: ['general', 'approvers', 'admins'],
  }),
  person(4, { key: 'dave', name: 'Dave Okafor', upn: `dave@${primaryDomain}` }),
  person(5, {
    key: 'erin',
    name: 'Erin Novak',
    upn: `erin_partner.example#EXT#@${primaryDomain}`,
    mail: 'erin@partner.example',
    kind: 'guest',
    appRoles: [request],
  }),
  person(6, { key: 'frank', name: 'Frank Weber', upn: `frank@${primaryDomain}`, enabled: false, appRoles: [request] }),
  person(7, { key: 'obrien', name: "Maeve O'Brien", upn: `o'brien@${primaryDomain}`, appRoles: [request] }),
  person(8, { key: 'admin', name: 'Admin Desk', upn: `admin@${primaryDomain}`, appRoles: [request] }),
  person(9, { key: 'alice2', name: 'Alice Fabre', upn: `alice@${otherDomain}`, appRoles: [request] }),
  person(0, {
    key: 'grace',
    name: 'Grace Lindqvist',
    upn: `grace@${primaryDomain}`,
    appRoles: [admin],
    channels: ['general', 'admins'],
  }),
];
