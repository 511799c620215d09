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
