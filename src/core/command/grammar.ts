/** What can be typed after the command's name. One table: the parser, the help text and the manifests' hints read it. */

export interface Word {
  readonly name: 'request' | 'help';
  /** As the help shows it. */
  readonly usage: string;
  readonly says: string;
}

export const words: readonly Word[] = [
  {
    name: 'request',
    usage: 'request <entitlement> [because <reason>]',
    says: 'ask for access; the approvers are asked, and you get the login command as a direct message',
  },
  { name: 'help', usage: 'help', says: 'this list, and what can be asked for' },
];

/** The name under which people call the bot. */
export const commandName = '/crdb-access';
