import type { Directory, Log, TokenIssuer } from '../../core/ports.ts';
import { directory } from './directory.ts';
import { graph } from './graph.ts';
import { tokenIssuer } from './issuer.ts';
import { graphToken, type Proof } from './token.ts';

/**
 * Microsoft Entra ID as the bot's directory and as the issuer of people's tokens. Opens nothing: every call is one of its own.
 *
 * @param o.authorityHost `https://login.microsoftonline.com`, or that of another cloud; without a slash at the end
 * @param o.graphBaseUrl `https://graph.microsoft.com`; the token asked for is for this address (`<address>/.default`)
 * @param o.appRolesOf client id of the app registration whose app roles the policy names
 * @param o.timeoutSeconds how long one question may take in all, waiting for a throttled Graph included; 10 unless told otherwise
 */
export function entra(
  o: Proof & {
    readonly tenantId: string;
    readonly clientId: string;
    readonly authorityHost: string;
    readonly graphBaseUrl: string;
    readonly appRolesOf: string;
    readonly log: Log;
    readonly timeoutSeconds?: number;
  },
): { readonly directory: Directory; readonly issuer: TokenIssuer; close(): Promise<void> } {
  const timeoutSeconds = o.timeoutSeconds ?? 10;
  const { tenantId, log } = o;
  const [authorityHost, baseUrl] = [o.authorityHost, o.graphBaseUrl].map((url) => url.replace(/\/+$/, '')) as [string, string];
  const token = graphToken({ ...o, authorityHost, scope: `${new URL(baseUrl).origin}/.default` });
  return {
    directory: directory({ graph: graph({ baseUrl, token, log }), appRolesOf: o.appRolesOf, timeoutSeconds, log }),
    issuer: tokenIssuer({ authorityHost, tenantId, timeoutSeconds, log }),
    close: async () => token.forget(),
  };
}
