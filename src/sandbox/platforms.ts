/** The chat platforms that the bot may be set up for. Both stand-ins run in any case. */
export const platforms = ['slack', 'teams'] as const;
/** What the bot is set up for unless told otherwise. */
export const served: readonly Platform[] = platforms;
export type Platform = (typeof platforms)[number];
