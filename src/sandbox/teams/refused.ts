import type { Json } from './json.ts';

/** An error in the connector's form: `{ error: { code, message } }` (learn.microsoft.com, "bot-framework-rest-connector-api-reference", "Error object"). */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }

  get body(): Json {
    return { error: { code: this.code, message: this.message } };
  }
}

/** Where somebody took the bot away, the chat service's own error shows through ("send-proactive-messages", "Understand who blocked, muted, or uninstalled a bot"). */
export class WritesBlocked extends Refused {
  constructor() {
    super(403, 'MessageWritesBlocked', 'Thread is blocked from message writes.');
  }

  override get body(): Json {
    const inner = { subCode: this.code, details: this.message, errorCode: null, errorSubCode: null };
    return { errorCode: 209, message: JSON.stringify(inner, null, 2).replaceAll('\n', '\r\n') };
  }
}
