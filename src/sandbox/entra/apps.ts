/** App registrations of the sandbox's tenant: the bot (confidential client), its face in Teams (another one), the API that people's tokens are for, and Microsoft's own two. */
import type { KeyObject } from 'node:crypto';
import { apiClientId, botClientId, teamsAppId } from '../people.ts';
import { connectorUrl, graphAppId } from './ids.ts';

/** Manifest of the API app, as far as it decides what a token says (reference-microsoft-graph-app-manifest.md, optional-claims-reference.md). */
export interface ApiApp {
  readonly clientId: string;
  readonly identifierUris: readonly string[];
  /** `api.requestedAccessTokenVersion`: null and 1 give v1 tokens, 2 gives v2 tokens, whatever the endpoint. */
  requestedAccessTokenVersion: 1 | 2 | null;
  /** Whether `upn` is among the optional claims: v2 tokens have none otherwise. */
  upnOptionalClaim: boolean;
  /** The optional claim's property for guests: without it a guest's token has no `upn`. */
  guestUpn: 'none' | 'include_externally_authenticated_upn' | 'include_externally_authenticated_upn_without_hash';
  readonly scope: string;
}

/** A federated credential of an app: whose tokens count as proof (workload identity federation). */
export interface FederatedTrust {
  readonly issuer: string;
  readonly subject: string;
  readonly publicKey: KeyObject;
}

/** How the bot's app registration may prove itself, and what it may do in Graph. Tests change both. */
export interface BotApp {
  readonly clientId: string;
  secret: string;
  /** PEM certificates registered for client assertions. */
  readonly certificates: string[];
  readonly federated: FederatedTrust[];
  /** Application permissions for Graph that an admin consented to; they are the token's `roles`. */
  graphPermissions: readonly string[];
}

export function apiApp(): ApiApp {
  return {
    clientId: apiClientId,
    identifierUris: ['api://crdb-prod'],
    requestedAccessTokenVersion: 2,
    upnOptionalClaim: true,
    guestUpn: 'none',
    scope: 'user_impersonation',
  };
}

export function botApp(secret: string): BotApp {
  return { clientId: botClientId, secret, certificates: [], federated: [], graphPermissions: ['Directory.Read.All'] };
}

/** The registration behind the bot in Teams: it may do nothing in Graph. */
export function teamsApp(secret: string): BotApp {
  return { clientId: teamsAppId, secret, certificates: [], federated: [], graphPermissions: [] };
}

export type Resource = { readonly app: 'graph' | 'api' | 'bot' | 'connector'; readonly aud: string };

/**
 * The app behind a resource identifier, with what it is called in a v1.0 token: the form in which it was asked for
 * (access-token-claims-reference.md, `aud`). Graph goes by several addresses: one in each cloud, and here the stand-in's own.
 */
export function resourceOf(identifier: string, api: ApiApp, bot: BotApp, graphUrls: ReadonlySet<string>): Resource | null {
  const plain = identifier.replace(/\/$/, '');
  if (plain === graphAppId || graphUrls.has(plain)) return { app: 'graph', aud: identifier };
  if (plain === connectorUrl) return { app: 'connector', aud: identifier };
  if ([api.clientId, ...api.identifierUris].includes(plain)) return { app: 'api', aud: identifier };
  if ([bot.clientId, `api://${bot.clientId}`].includes(plain)) return { app: 'bot', aud: identifier };
  return null;
}
