/** What one person has on their screen in Teams: what the page draws, and what a press, a choice or a reply starts from. */

/** As in json.ts. */
export type Json = Readonly<Record<string, unknown>>;

export interface TeamsScreen {
  /** The conversations that this person is in, their personal chat with the bot first. */
  readonly channels: readonly {
    readonly id: string;
    readonly name: string;
    readonly kind: 'personal' | 'channel' | 'group';
    /** The team that a channel belongs to. */
    readonly team: string | null;
    /** People and the bot. */
    readonly members: number;
    /** Whether the bot's app is installed there. */
    readonly hasBot: boolean;
  }[];
  /** Everything that this person can see, oldest first. */
  readonly messages: readonly TeamsMessage[];
}

export interface TeamsMessage {
  /** For good. */
  readonly id: string;
  readonly channel: string;
  /** In a channel: the id of the message that begins the thread; null: this one does, or there are no threads here. */
  readonly thread: string | null;
  readonly from: string;
  readonly isBot: boolean;
  readonly edited: boolean;
  readonly at: string;
  /** Its text; with cards, empty unless something stands above them. */
  readonly text: string;
  /** `plain`: as it is; `markdown`: Teams' subset of Markdown, unless it is what a person typed. */
  readonly format: 'plain' | 'markdown';
  /** What a notification and the list of chats say of it. */
  readonly summary: string;
  /** Its Adaptive Cards as this person sees them: a card that was refreshed for them alone is in its place. */
  readonly cards: readonly Json[];
  /** What the bot answered this person's last press of it with, shown below it; empty: nothing. */
  readonly said: string;
}

/** A choice that a typeahead offers. */
export interface TeamsChoice {
  readonly value: string;
  readonly title: string;
}

/** What came of something that a person did. `status`: the bot's answer (0: none); 404 where there is nothing to press, 422 where an input is wrong. */
export interface Acted {
  readonly ok: boolean;
  readonly status: number;
  readonly error?: string;
  /** Words that the bot answered a press with. */
  readonly said?: string;
  /** What is wrong with what was filled in, by the input's id: nothing was sent then. */
  readonly errors?: Readonly<Record<string, string>>;
}

/** What people do in Teams. */
export interface TeamsWork {
  /** What this person sees. Cards that refresh by themselves are refreshed behind it, as when somebody scrolls to them. */
  screen(as: string): TeamsScreen;
  /** How many messages this person can see, without looking at them. */
  count(as: string): number;
  /**
   * Types a message: in the personal chat with the bot unless told another conversation (id, or name). In a channel or group chat the bot hears
   * of it only where it is mentioned: `@crdb-access request analytics`.
   *
   * @param thread in a channel, the message that it replies to
   */
  say(as: string, text: string, channel?: string, thread?: string): Promise<Acted>;
  /**
   * Presses an action of a card in a message that the person can see, or could see before they left; also one that has vanished, as from a
   * stale screen. An action that shows a card only opens that (`openForm`), and with `input` the first action of it is pressed.
   *
   * @param action its verb, id or title, regardless of case and of dots at its end
   * @param more.value picks among several of one name: `about` in its data
   * @param more.input what is filled in, by the input's id or label; of a choice its value, or its title as it is offered
   */
  press(
    as: string,
    message: string,
    action: string,
    more?: { readonly value?: string; readonly input?: Readonly<Record<string, string>> },
  ): Promise<Acted>;
  /** Types into a typeahead of a card in this message: what the bot offers. */
  suggest(as: string, message: string, input: string, typed: string): Promise<readonly TeamsChoice[]>;
  /** Refreshes a card for this person, as Teams does when they look at it. */
  refresh(as: string, message: string): Promise<Acted>;
  /** Told whenever somebody's screen may look different; gives back how to end that. */
  onChange(listener: () => void): () => void;
}
