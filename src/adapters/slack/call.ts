/** One call to Slack, and what its failures mean: the only place that knows the shapes of the Web API client's errors. */

import { webApi } from '@slack/bolt';
import { Fault } from '../../core/errors.ts';

/**
 * `read`: may be made again at will. `repeatable`: a second one does no harm. `once`: a second one would be seen, so that it is
 * only made again when Slack said that the first did nothing.
 */
export type Effect = 'read' | 'repeatable' | 'once';

/** Seconds that a step may be kept waiting here for a Retry-After; longer ones go back to whoever asked. */
const patience = 3;
const tries = 3;

/**
 * @param what the method, for messages
 * @throws Fault chat_unavailable (throttled, down, slow) or chat_refused (Slack said no, with what to do)
 */
export async function call<T>(what: string, effect: Effect, make: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await bounded(what, make());
    } catch (error) {
      const fault = asFault(what, error);
      const wait = fault.retryAfter ?? (fault.retry === 'unknown' && effect !== 'once' ? 0.2 * 2 ** attempt : null);
      if (attempt === tries || wait === null || wait > patience) throw effect === 'once' ? fault : asLater(fault);
      await new Promise((resolve) => setTimeout(resolve, wait * 1000));
    }
  }
}

/** Longer than every call's own time-out: what should have been given up by then and was not must not hold a step for ever. */
const longest = 15_000;

async function bounded<T>(what: string, made: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, give) => {
    timer = setTimeout(() => give(new Fault('chat_unavailable', 'unknown', `Slack did not answer ${what} in time`)), longest);
  });
  try {
    return await Promise.race([made, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What was lost of a call that does no harm twice can simply be done later. */
function asLater(fault: Fault): Fault {
  return fault.retry === 'unknown' ? new Fault(fault.code, 'later', fault.message, { cause: fault.cause }) : fault;
}

/** Slack's error code of a failed call; undefined when it did not get that far. */
export function slackCode(error: unknown): string | undefined {
  const cause = error instanceof Fault ? error.cause : error;
  return cause instanceof webApi.WebAPIPlatformError ? cause.data.error : undefined;
}

/** Codes that pass by themselves (docs.slack.dev/reference/methods/chat.postMessage, "Errors"). */
const passing = new Set([
  'ratelimited',
  'rate_limited',
  'message_limit_exceeded',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
]);

/** What to do about a refusal, by Slack's code. */
const advice: Readonly<Record<string, string>> = {
  channel_not_found: 'check the channel id in the policy, and invite the bot if the channel is private',
  not_in_channel: 'invite the bot to the channel',
  is_archived: 'the channel is archived: name another one in the policy',
  missing_scope: 'add the scope to the app (manifests/slack.yaml) and install it again',
  invalid_auth: 'set SLACK_BOT_TOKEN to the bot token of the installed app',
  not_authed: 'set SLACK_BOT_TOKEN to the bot token of the installed app',
  token_revoked: 'install the app again and set SLACK_BOT_TOKEN to its new bot token',
  token_expired: 'install the app again and set SLACK_BOT_TOKEN to its new bot token',
  account_inactive: 'install the app again: its bot user is deactivated',
  restricted_action: 'a workspace setting keeps the bot from posting there',
  not_enabled: 'turn the Home Tab of the app on (manifests/slack.yaml)',
};

/** Socket Mode is opened with another token than everything else is called with. */
const appTokenAdvice =
  'set SLACK_APP_TOKEN to an app-level token of the app with the scope connections:write (Basic Information)';
const socketAdvice: Readonly<Record<string, string>> = {
  invalid_auth: appTokenAdvice,
  not_authed: appTokenAdvice,
  token_revoked: appTokenAdvice,
  token_expired: appTokenAdvice,
  not_allowed_token_type: appTokenAdvice,
  missing_scope: appTokenAdvice,
};

export function asFault(what: string, error: unknown): Fault {
  if (error instanceof Fault) return error;
  if (error instanceof webApi.WebAPIRateLimitedError) {
    return new Fault('chat_unavailable', 'later', `Slack throttles ${what}`, { cause: error, retryAfter: error.retryAfter });
  }
  if (error instanceof webApi.WebAPIPlatformError) return platformFault(what, error);
  if (error instanceof webApi.WebAPIHTTPError) {
    const retry = error.statusCode === 503 ? 'later' : 'unknown';
    return new Fault('chat_unavailable', retry, `Slack answered ${what} with HTTP ${error.statusCode}`, { cause: error });
  }
  if (neverSent(error)) return new Fault('chat_unavailable', 'later', `Slack can't be reached for ${what}`, { cause: error });
  return new Fault('chat_unavailable', 'unknown', `Slack did not answer ${what}`, { cause: error });
}

function platformFault(what: string, error: webApi.WebAPIPlatformError): Fault {
  const code = error.data.error;
  if (passing.has(code)) {
    const after = error.data.response_metadata?.retryAfter;
    const unknown = code === 'fatal_error' || code === 'internal_error' || code === 'request_timeout';
    return new Fault('chat_unavailable', unknown ? 'unknown' : 'later', `Slack answered ${what} with ${code}`, {
      cause: error,
      ...(typeof after === 'number' ? { retryAfter: after } : {}),
    });
  }
  const todo = (what === 'apps.connections.open' ? socketAdvice[code] : undefined) ?? advice[code];
  return new Fault('chat_refused', 'never', `Slack refused ${what}: ${code}${todo === undefined ? '' : ` (${todo})`}`, {
    cause: error,
  });
}

/** Failures before the first byte went out. */
function neverSent(error: unknown): boolean {
  for (let cause: unknown = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    if ('code' in cause && ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'].includes(String(cause.code)))
      return true;
  }
  return false;
}
