/** One call to Teams, and what its failures mean: the only place that knows the shapes of the connector client's errors. */

import { Fault } from '../../core/errors.ts';

/** An activity whose token proves nothing. */
export class TokenRefused extends Error {}

/** `once`: a second one would be seen, so that it is only made again when Teams said that the first did nothing. */
export type Effect = 'repeatable' | 'once';

/** What Teams said of a call that it did not carry out. */
export class Refused extends Error {
  readonly status: number;
  /** A code of the connector's, with the sub-code where there is one. */
  readonly code: string;
  constructor(status: number, code: string) {
    super(`HTTP ${status}, ${code === '' ? 'no code' : code}`);
    this.status = status;
    this.code = code;
  }
}

/** Seconds that a step may be kept waiting here; longer ones go back to whoever asked: few work, and what waits keeps others waiting. */
const patience = 1;
const tries = 3;
/** Where Teams throttles without saying for how long: as its page has it ("Backoff example"). */
const throttledFor = 2;

/**
 * @param what the call, for messages
 * @throws Fault chat_unavailable (throttled, down, slow) or chat_refused (Teams said no, with what to do)
 */
export async function call<T>(what: string, effect: Effect, make: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await make();
    } catch (error) {
      const fault = asFault(what, error);
      const again = fault.retry === 'later' || (fault.retry === 'unknown' && effect === 'repeatable');
      const wait = jittered(fault.retryAfter ?? 0.2 * 2 ** attempt);
      if (!again || attempt === tries || wait > patience) throw effect === 'once' ? fault : asLater(fault);
      await new Promise((resolve) => setTimeout(resolve, wait * 1000));
    }
  }
}

/** Never sooner than asked for, and not all at the same moment (learn.microsoft.com, "rate-limit", "Handle rate limits"). */
const jittered = (seconds: number): number => seconds * (1 + 0.25 * Math.random());

/** What was lost of a call that does no harm twice can simply be done later. */
function asLater(fault: Fault): Fault {
  return fault.retry === 'unknown' ? new Fault(fault.code, 'later', fault.message, { cause: fault.cause }) : fault;
}

/** What Teams refused; null: the call did not get that far. */
export function refused(error: unknown): Refused | null {
  return error instanceof Fault && error.cause instanceof Refused ? error.cause : null;
}

/**
 * Whether the bot can't write to this person or conversation: its app is not installed there, or was blocked (learn.microsoft.com,
 * "conversation-messages", "Status codes from bot conversational APIs").
 */
export function isUnreachable(error: unknown): boolean {
  const { status, code } = refused(error) ?? {};
  return status === 403 || (status === 404 && code === 'ConversationNotFound');
}

/** Statuses that pass by themselves, and whether they say that nothing was done (learn.microsoft.com, "rate-limit": 412, 429, 502, 504). */
const passing: Readonly<Record<number, 'later' | 'unknown'>> = {
  408: 'unknown',
  412: 'later',
  429: 'later',
  500: 'unknown',
  502: 'unknown',
  503: 'later',
  504: 'unknown',
};

/** What to do about a refusal, by Teams' code, else by status. */
const advice: Readonly<Record<string, string>> = {
  BotNotInConversationRoster: 'add the app to that team or chat, or install it for the person',
  ConversationNotFound: 'check the conversation id in the policy',
  MessageWritesBlocked: 'the person blocked or removed the app: it has to be installed for them again',
  BotDisabledByAdmin: 'an admin of Teams has blocked the app: allow it in the Teams admin center',
  MessageSizeTooBig: 'the message is larger than Teams takes',
  401: "Teams does not accept the bot's token: TEAMS_APP_ID, AZURE_TENANT_ID and the secret must belong together, and the Azure Bot be of the type single tenant",
  403: 'the app has to be installed there',
};

export function asFault(what: string, error: unknown): Fault {
  if (error instanceof Fault) return error;
  const { statusCode, code } = error instanceof Error ? (error as { statusCode?: unknown; code?: unknown }) : {};
  if (typeof statusCode === 'number') return statusFault(what, statusCode, error as HttpError);
  const cause = { cause: error };
  if (neverSent.has(String(code))) return new Fault('chat_unavailable', 'later', `Teams can't be reached for ${what}`, cause);
  return new Fault('chat_unavailable', 'unknown', `Teams did not answer ${what}`, cause);
}

/** The client's RestError, as far as it is read here. */
type HttpError = Error & {
  readonly response?: { readonly headers?: { get(name: string): string | undefined }; readonly bodyAsText?: string | null };
};

function statusFault(what: string, status: number, error: HttpError): Fault {
  const code = codeIn(error.response?.bodyAsText ?? '');
  const cause = new Refused(status, code);
  // A success that can't be read is one whose outcome is unknown.
  const retry = passing[status] ?? (status >= 500 || status < 300 ? 'unknown' : undefined);
  if (retry !== undefined) {
    const named = retryAfterSeconds(error.response?.headers?.get('retry-after'));
    const after = named ?? (status === 429 ? throttledFor : undefined);
    const says = status === 429 ? `Teams throttles ${what}` : `Teams answered ${what} with HTTP ${status}`;
    return new Fault('chat_unavailable', retry, says, { cause, ...(after === undefined ? {} : { retryAfter: after }) });
  }
  const todo = advice[code] ?? advice[status];
  return new Fault('chat_refused', 'never', `Teams refused ${what}: ${cause.message}${todo === undefined ? '' : ` (${todo})`}`, {
    cause,
  });
}

/** `{ error: { code } }`, and where Teams passes on what its chat service said, a sub-code in the text of a message. */
function codeIn(body: string): string {
  const sub = /\\*"subCode\\*"\s*:\s*\\*"(\w+)\\*"/.exec(body)?.[1];
  return sub ?? /"(?:code|errorCode)"\s*:\s*"?(\w+)/.exec(body)?.[1] ?? '';
}

/** A number of seconds or a date (RFC 9110 §10.2.3). */
function retryAfterSeconds(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : undefined;
}

/** Failures before the first byte went out. */
const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);
