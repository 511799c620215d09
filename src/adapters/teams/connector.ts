/** The SDK: proves inbound activities and carries outbound calls. None of its types leaves this file (docs/decisions/0011). */

import {
  type Activity as SdkActivity,
  CloudAdapter,
  ConfigurationBotFrameworkAuthentication,
  type InvokeResponse,
  type TurnContext,
} from 'botbuilder';
import { Fault } from '../../core/errors.ts';
import type { Json } from './activity.ts';
import { TokenRefused } from './call.ts';

/** The answer to an invoke; null: an activity that asks for none. */
export type TurnAnswer = { readonly status: number; readonly body: Json } | null;

export interface Connector {
  /**
   * Runs `turn` when the token proves that Teams sent this activity to this bot.
   *
   * @throws TokenRefused when it does not; Fault chat_unavailable when the issuer's keys can't be had
   */
  receive(authorization: string, body: Json, turn: () => Promise<TurnAnswer>): Promise<TurnAnswer>;
  /** The personal chat of whoever has this Entra object id. */
  personalChat(serviceUrl: string, oid: string): Promise<string>;
  /** @returns the id of the new message */
  send(serviceUrl: string, conversation: string, message: object): Promise<string>;
  update(serviceUrl: string, conversation: string, id: string, message: object): Promise<void>;
  /** Answers when the bot is in the conversation. */
  look(serviceUrl: string, conversation: string): Promise<void>;
}

/** A call that Teams does not answer by then has an unknown outcome. */
const timeout = 10_000;
const quick = { timeout };

/**
 * @param o.appId empty: no token is asked for, and none is sent (the development switch)
 * @param o.token the bot's own access token for the connector; `refused`: the last one was not accepted, another one is wanted
 * @param o.metadataUrl where the issuer of inbound tokens publishes its keys
 */
export function openConnector(o: {
  readonly appId: string;
  readonly tenantId: string;
  readonly issuer: string;
  readonly metadataUrl: string;
  readonly token: (refused: boolean) => Promise<string>;
}): Connector {
  let isRefused = false;
  const entry = new Entry(o, () => {
    const wanted = o.token(isRefused);
    isRefused = false;
    return wanted;
  });
  const clients = new Map<string, Promise<Client>>();
  const bot = { id: `28:${o.appId}`, name: 'crdb-access' };

  /** A token may be refused before it expires: its key is withdrawn, say. Nothing was done then, so a fresh one is tried, once. */
  async function withToken<T>(make: () => Promise<T>): Promise<T> {
    try {
      return await make();
    } catch (error) {
      if ((error as { readonly statusCode?: unknown }).statusCode !== 401) throw error;
      isRefused = true;
      return await make();
    }
  }

  /** One for each service URL: of these there are few, all of allowed hosts. */
  function client(serviceUrl: string): Promise<Client> {
    const known = clients.get(serviceUrl) ?? entry.client(serviceUrl);
    clients.set(serviceUrl, known);
    return known;
  }

  return {
    async receive(authorization, body, turn) {
      let answer: TurnAnswer = null;
      try {
        await entry.turn(authorization, structuredClone(body) as unknown as SdkActivity, async (context) => {
          answer = await turn();
          if (answer !== null) await context.sendActivity({ type: 'invokeResponse', value: { ...answer } });
        });
      } catch (error) {
        throw tokenFault(error);
      }
      return answer;
    },
    async personalChat(serviceUrl, oid) {
      const { conversations } = await client(serviceUrl);
      const made = await withToken(() =>
        conversations.createConversation(
          {
            isGroup: false,
            bot,
            // An Entra object id opens a personal chat as well as Teams' own id of a user does (learn.microsoft.com, "send-proactive-messages").
            members: [{ id: oid, name: '' }],
            tenantId: o.tenantId,
            channelData: { tenant: { id: o.tenantId } },
          } as Parameters<typeof conversations.createConversation>[0],
          quick,
        ),
      );
      return made.id;
    },
    async send(serviceUrl, conversation, message) {
      const { conversations } = await client(serviceUrl);
      const activity = { ...message, from: bot } as SdkActivity;
      const sent = await withToken(() => conversations.sendToConversation(conversation, activity, quick));
      if (!sent.id) throw new Fault('chat_unavailable', 'unknown', 'Teams posted a message without saying where');
      return sent.id;
    },
    async update(serviceUrl, conversation, id, message) {
      const { conversations } = await client(serviceUrl);
      const activity = { ...message, id, from: bot } as SdkActivity;
      await withToken(() => conversations.updateActivity(conversation, id, activity, quick));
    },
    async look(serviceUrl, conversation) {
      const { conversations } = await client(serviceUrl);
      const page = { pageSize: 50, ...quick } as { pageSize: number; continuationToken: string; timeout: number };
      await withToken(() => conversations.getConversationPagedMembers(conversation, page));
    },
  };
}

type Options = Parameters<typeof openConnector>[0];
type Client = Awaited<ReturnType<Entry['client']>>;

/** CloudAdapter without its HTTP half, which answers errors with their text and prints them. */
class Entry extends CloudAdapter {
  readonly #appId: string;

  constructor(o: Options, token: () => Promise<string>) {
    super(authentication(o, token));
    this.#appId = o.appId;
  }

  turn(
    authorization: string,
    activity: SdkActivity,
    logic: (context: TurnContext) => Promise<void>,
  ): Promise<InvokeResponse | undefined> {
    return this.processActivity(authorization, activity, logic);
  }

  async client(serviceUrl: string) {
    const factory = this.botFrameworkAuthentication.createConnectorFactory(this.createClaimsIdentity(this.#appId));
    const made = await factory.create(serviceUrl);
    // Whether a call may be made again depends on what it does: call.ts decides, never the client. Nor does it take the bot's token elsewhere.
    const { pipeline } = Reflect.get(made, 'client') as { pipeline: { removePolicy(which: { name: string }): unknown[] } };
    for (const name of ['defaultRetryPolicy', 'redirectPolicy']) {
      if (pipeline.removePolicy({ name }).length === 0)
        throw new Error(`botframework-connector no longer has the policy ${name}`);
    }
    return made;
  }
}

function authentication(o: Options, token: () => Promise<string>): ConfigurationBotFrameworkAuthentication {
  // Every address is given, or the SDK takes its own defaults for all of them. What this bot does not use leads nowhere.
  const nowhere = 'https://invalid.invalid/';
  return new ConfigurationBotFrameworkAuthentication(
    {
      MicrosoftAppId: o.appId,
      MicrosoftAppTenantId: o.tenantId,
      ToChannelFromBotLoginUrl: nowhere,
      ToChannelFromBotOAuthScope: 'https://api.botframework.com',
      ToBotFromChannelTokenIssuer: o.issuer,
      ToBotFromChannelOpenIdMetadataUrl: o.metadataUrl,
      ToBotFromEmulatorOpenIdMetadataUrl: nowhere,
      OAuthUrl: nowhere,
      CallerId: '',
      ValidateAuthority: 'true',
    },
    {
      isValidAppId: (appId: string) => Promise.resolve(o.appId !== '' && appId === o.appId),
      isAuthenticationDisabled: () => Promise.resolve(o.appId === ''),
      createCredentials: () =>
        Promise.resolve({
          signRequest: async (request) => {
            if (o.appId !== '') request.headers.set('authorization', `Bearer ${await token().catch(ownTokenFault)}`);
            return request;
          },
        }),
    },
    {
      requiredEndorsements: [],
      // The SDK has ways in for emulators and for other bots; whatever came by one of them has another issuer.
      validateClaims: (claims) =>
        claims.some(({ type, value }) => type === 'iss' && value === o.issuer)
          ? Promise.resolve()
          : Promise.reject(new TokenRefused('a token of another issuer')),
    },
  );
}

/** Variables of the bot's registration for Teams, which the token's issuer calls by the names of the directory's. */
const named: Readonly<Record<string, string>> = {
  AZURE_CLIENT_ID: 'TEAMS_APP_ID',
  AZURE_CLIENT_SECRET: 'TEAMS_APP_PASSWORD',
  AZURE_CLIENT_CERTIFICATE_PATH: 'TEAMS_APP_CERTIFICATE_PATH',
  AZURE_FEDERATED_TOKEN_FILE: 'TEAMS_APP_FEDERATED_TOKEN_FILE',
  AZURE_AUTHORITY_HOST: 'TEAMS_LOGIN_AUTHORITY',
};

/** No token, no call: that is the platform's fault here, not the directory's. */
function ownTokenFault(error: unknown): never {
  if (!(error instanceof Fault)) throw error;
  const says = error.message.replace(/AZURE_[A-Z_]+/g, (name) => named[name] ?? name);
  throw new Fault(
    error.retry === 'never' ? 'chat_refused' : 'chat_unavailable',
    error.retry,
    `the bot's token for Teams: ${says}`,
    {
      cause: error,
    },
  );
}

/** AuthenticationError carries a status: 401 for a token that proves nothing, 500 where the keys could not be fetched. */
function tokenFault(error: unknown): unknown {
  if (error instanceof TokenRefused || error instanceof Fault || !(error instanceof Error)) return error;
  const status = 'statusCode' in error ? error.statusCode : undefined;
  if (status === 401 || ['JsonWebTokenError', 'TokenExpiredError', 'NotBeforeError'].includes(error.name))
    return new TokenRefused(error.message, { cause: error });
  if (status === 500 || error.name === 'FetchError')
    return new Fault('chat_unavailable', 'later', "the keys of Teams' token issuer can't be had", { cause: error });
  return error;
}
