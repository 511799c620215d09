/** What one person has on their screen in Slack: what the page draws, and what a press, a choice or a submission starts from. */

/** As in workspace.ts, which a browser can't read. */
export type Json = Readonly<Record<string, unknown>>;

export interface Screen {
  /** The conversations that this person is in, their direct messages with the bot first. */
  readonly channels: readonly {
    readonly id: string;
    readonly name: string;
    readonly kind: 'direct' | 'channel' | 'private';
    readonly archived: boolean;
    readonly members: number;
  }[];
  /** Everything that this person can see, oldest first. */
  readonly messages: readonly ScreenMessage[];
  /** The form that stands open (the topmost, where one was pushed over another); null: none. */
  readonly modal: ScreenModal | null;
  /** The bot's App Home as it was published for this person last; null: never. */
  readonly home: { readonly blocks: readonly Json[]; readonly at: string } | null;
}

export interface ScreenMessage {
  /** `<channel>:<ts>`, for good. */
  readonly id: string;
  readonly channel: string;
  readonly from: string;
  readonly isBot: boolean;
  readonly ephemeral: boolean;
  readonly edited: boolean;
  readonly at: string;
  /** The source of its text, as Slack's mrkdwn; what is shown where there are no blocks. */
  readonly text: string;
  readonly blocks: readonly Json[];
}

export interface ScreenModal {
  readonly id: string;
  readonly title: string;
  /** Null: there is nothing to send. */
  readonly submit: string | null;
  readonly close: string;
  readonly blocks: readonly Json[];
  /** What was found wrong with what was filled in, by block id; `''`: the form as a whole (the bot did not take it). */
  readonly errors: Readonly<Record<string, string>>;
}

/** A choice that a typeahead offers. */
export interface ScreenOption {
  readonly value: string;
  readonly label: string;
  readonly says: string;
}

/** What people do beyond typing commands and pressing buttons of messages. */
export interface ScreenWork {
  screen(as: string): Screen;
  /** Types into a typeahead of the open form: what the bot offers. */
  suggest(as: string, actionId: string, typed: string): Promise<readonly ScreenOption[]>;
  /**
   * Fills and sends the open form. What is wrong comes back by field id (422); 400: no such field, or a choice that is not offered.
   *
   * @param input by the field's id or label, regardless of case; of a choice its value, or a label as it is offered
   */
  submit(
    as: string,
    input: Readonly<Record<string, string>>,
  ): Promise<{
    readonly ok: boolean;
    readonly status: number;
    readonly error?: string;
    readonly errors?: Readonly<Record<string, string>>;
  }>;
  /** Closes the open form without sending it. */
  dismiss(as: string): Promise<void>;
  /** Opens the bot's App Home: Slack tells the bot (`app_home_opened`), which publishes it. */
  openHome(as: string): Promise<void>;
  /** Told whenever somebody's screen may look different; gives back how to end that. */
  onChange(listener: () => void): () => void;
}
