import { createHash } from 'node:crypto';

/** Client id of the Azure CLI, the same in every tenant (Entra docs, "verify-first-party-apps-sign-in"). */
export const azureCliId = '04b07795-8ddb-461a-bbee-02f9e1bf7b46';
/** Client id of Microsoft Graph, the same in every tenant (same page). */
export const graphAppId = '00000003-0000-0000-c000-000000000000';
/** Whom tokens for the Bot Connector are for (learn.microsoft.com, "bot-framework-rest-connector-authentication", "Bot to Connector"). */
export const connectorUrl = 'https://api.botframework.com';

/** A GUID that is always the same for the same text, so that ids survive a restart without being stored. */
export function guidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export const isGuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
