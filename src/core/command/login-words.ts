import type { StepName } from '../login/steps.ts';
import type { Text } from '../messages/card.ts';
import { criterionText } from '../policy/facts.ts';
import type { Policy } from '../policy/policy.ts';

/** What a step of a login means to the person, and whose matter its refusal is. */
export interface StepWords {
  /** What is so once it is passed. */
  readonly passed: string;
  /** What is the matter when it refuses: after "because". */
  readonly says: string;
  /** Who can mend it, and what they do: sentences of their own. */
  readonly fix: (at: Mended) => Text;
  /** False: nothing that the admins of the bot could mend. */
  readonly forAdmins: boolean;
}

/** Where it has to be mended, and by whom. */
export interface Mended {
  readonly cluster: string;
  readonly admins: Policy['admins'];
}

const admin = ({ admins }: Mended): string => `An admin of this bot (whoever has ${criterionText(admins.are)})`;
const status = ({ cluster }: Mended): Text[number] => ({ typed: `status ${cluster}` });

const settings = (at: Mended): Text => [
  `${admin(at)} can make the cluster’s settings current: `,
  status(at),
  ', then Plan. The next grant on this cluster does it, too.',
];
const yours = (at: Mended): Text => [`${admin(at)} has to look at your SQL user: `, status(at), '.'];
const fresh = (): Text => ['You can: run the command again for a fresh one.'];

/** The steps of core/login, in words. */
export const loginWords: { readonly [S in StepName]: StepWords } = {
  user: {
    passed: 'the SQL user is there and may log in',
    says: 'the cluster has no SQL user of this name, or it may not log in',
    fix: (at) => [
      `It is created with your first grant. If you were granted something, ${lowered(admin(at))} has to look: `,
      status(at),
      '.',
    ],
    forAdmins: true,
  },
  password: {
    passed: 'a token was sent',
    says: 'no token would be sent',
    fix: () => ['You can: run the command as it is shown.'],
    forAdmins: false,
  },
  enabled: {
    passed: 'login with tokens is on',
    says: 'login with tokens is switched off on the cluster',
    fix: settings,
    forAdmins: true,
  },
  parse: { passed: 'the token can be read', says: 'the token could not be read', fix: fresh, forAdmins: false },
  issuer: {
    passed: 'the cluster trusts its issuer',
    says: 'the cluster does not trust this Entra tenant as an issuer',
    fix: settings,
    forAdmins: true,
  },
  keys: {
    passed: 'there are keys to check it with',
    says: 'the cluster fetches the keys to check the token with, and could not',
    fix: (at) => [
      `An admin of the cluster opens the nodes’ way out to Entra, or switches jwks_auto_fetch off; then ${lowered(admin(at))} puts the keys there: `,
      status(at),
      ', then Plan.',
    ],
    forAdmins: true,
  },
  signature: {
    passed: 'a key of the cluster made its signature',
    says: 'the cluster does not have every key that Entra signs with now',
    fix: settings,
    forAdmins: true,
  },
  time: { passed: 'it is valid now', says: 'the token is not valid at this time', fix: fresh, forAdmins: false },
  claim: {
    passed: 'it has the claim that the cluster goes by',
    says: 'the cluster looks for you in a claim that your token does not have',
    fix: settings,
    forAdmins: true,
  },
  map: {
    passed: 'the identity map gives it a SQL user',
    says: 'the cluster’s identity map gives your UPN no SQL user',
    fix: settings,
    forAdmins: true,
  },
  principal: {
    passed: 'the SQL user asked for is the one it gives',
    says: 'the cluster’s identity map gives your UPN another SQL user',
    fix: yours,
    forAdmins: true,
  },
  reserved: {
    passed: 'its name is not reserved',
    says: 'this SQL user name is reserved by CockroachDB',
    fix: yours,
    forAdmins: true,
  },
  audience: {
    passed: 'it is for an app that the cluster takes tokens of',
    says: 'the cluster does not take tokens that are for this app',
    fix: settings,
    forAdmins: true,
  },
  authorization: {
    passed: 'its groups give it SQL roles, or none are asked for',
    says: 'the cluster takes SQL roles from groups in the token, and yours has none',
    // A grant does not mend this: it waits until role sync is off, since it would be taken back at the next login.
    fix: (at) => [
      'An admin of the cluster can switch server.jwt_authentication.authorization.enabled off; ',
      status(at),
      ' shows the statement.',
    ],
    forAdmins: true,
  },
};

/** The step `user` where it is known which of the two it is: the SQL user is there and switched off, or it is gone. */
export function userWords(there: boolean): Pick<StepWords, 'says' | 'fix'> {
  if (there)
    return {
      says: 'the SQL user is there and switched off (NOLOGIN)',
      fix: (at) => ['An admin of the cluster can let it log in again; ', status(at), ' shows it.'],
    };
  return {
    says: 'the SQL user was made for you and is gone from the cluster',
    fix: (at) => [`${admin(at)} has to look who dropped it: `, status(at), '. The next grant makes it anew.'],
  };
}

const lowered = (text: string): string => text.replace(/^A/, 'a');
