import {
  ClientCertificateCredential,
  ClientSecretCredential,
  type TokenCredential,
  WorkloadIdentityCredential,
} from '@azure/identity';
import type { Log } from '../../core/ports.ts';
import { readDocument } from './documents.ts';
import { isUnresolved, tokenFault, tooSlow } from './faults.ts';
import type { Deadline } from './patience.ts';

/** How the bot proves to Entra who it is: exactly one of the three. */
export interface Proof {
  readonly clientSecret?: string;
  readonly clientCertificatePath?: string;
  readonly federatedTokenFile?: string;
}

/** The bot's own access token for Graph. */
export interface Token {
  /** @throws Fault */
  get(until: Deadline): Promise<string>;
  /** The next `get` fetches a new one: this one was refused, or does not have a permission that may have been consented to since. */
  forget(): void;
}

/** An app registration, and what its token is for. */
export interface TokenFor extends Proof {
  readonly tenantId: string;
  readonly clientId: string;
  readonly authorityHost: string;
  readonly scope: string;
  readonly log: Log;
}

export function graphToken(o: TokenFor): Token {
  let credential: TokenCredential | null = null;
  let pending: Promise<string> | null = null;

  const fetchOne = async (until: Deadline): Promise<string> => {
    credential ??= credentialOf(o);
    const token = await credential.getToken(o.scope, { abortSignal: until.signal });
    if (token === null) throw new Error('no token');
    return token.token;
  };

  return {
    get: async (until) => {
      // The credential keeps a token until shortly before it expires; callers that come while it fetches one share that one.
      pending ??= fetchOne(until).finally(() => {
        pending = null;
      });
      try {
        return await beforeEnd(pending, until);
      } catch (error) {
        if (isUnresolved(error))
          await readDocument(`${o.authorityHost}/${o.tenantId}/v2.0/.well-known/openid-configuration`, until);
        throw tokenFault(error, until);
      }
    },
    forget: () => {
      credential = null;
    },
  };
}

function credentialOf(
  o: Proof & { readonly tenantId: string; readonly clientId: string; readonly authorityHost: string },
): TokenCredential {
  const options = {
    authorityHost: o.authorityHost,
    // The authority is the operator's to name. Discovery would ask login.microsoftonline.com whether it is one of Microsoft's, which
    // fails in closed networks and for every other authority (@azure/identity, "disableInstanceDiscovery").
    disableInstanceDiscovery: true,
    retryOptions: { maxRetries: 0 },
  };
  if (o.clientSecret !== undefined) return new ClientSecretCredential(o.tenantId, o.clientId, o.clientSecret, options);
  if (o.clientCertificatePath !== undefined) {
    return new ClientCertificateCredential(o.tenantId, o.clientId, { certificatePath: o.clientCertificatePath }, options);
  }
  if (o.federatedTokenFile !== undefined) {
    return new WorkloadIdentityCredential({
      ...options,
      tenantId: o.tenantId,
      clientId: o.clientId,
      tokenFilePath: o.federatedTokenFile,
    });
  }
  throw new Error('no client secret, certificate or federated token file was configured');
}

/** The SDK does not give up on everything when it is told to; the caller must. */
async function beforeEnd<T>(work: Promise<T>, until: Deadline): Promise<T> {
  let stop = (): void => undefined;
  const end = new Promise<never>((_, give) => {
    stop = (): void => give(tooSlow('Microsoft Entra', until));
    until.signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, end]);
  } finally {
    until.signal.removeEventListener('abort', stop);
  }
}
