import type { StepName } from '../login/steps.ts';

/** What a refusing step of a login means to the person, and whose matter it is. `fix` begins a sentence of its own. */
export interface StepWords {
  readonly says: string;
  readonly fix: string;
  /** False: nothing that the admins of the bot could mend. */
  readonly forAdmins: boolean;
}

const settings = 'An admin has to make the cluster’s settings current; the next grant on this cluster does it, too.';
const yours = 'An admin has to look at your SQL user.';

/** The steps of core/login, in words. */
export const loginWords: { readonly [S in StepName]: StepWords } = {
  user: {
    says: 'the cluster has no SQL user of this name, or it may not log in',
    fix: 'It is created with your first grant; if you were granted something, an admin has to look.',
    forAdmins: true,
  },
  password: { says: 'no token would be sent', fix: 'Run the command as it is shown.', forAdmins: false },
  enabled: { says: 'login with tokens is switched off on the cluster', fix: settings, forAdmins: true },
  parse: { says: 'the token could not be read', fix: 'Run the command again for a fresh one.', forAdmins: false },
  issuer: { says: 'the cluster does not trust this Entra tenant as an issuer', fix: settings, forAdmins: true },
  keys: { says: 'the cluster has no keys to check the token with', fix: settings, forAdmins: true },
  signature: { says: 'the cluster does not have every key that Entra signs with now', fix: settings, forAdmins: true },
  time: { says: 'the token is not valid at this time', fix: 'Run the command again for a fresh one.', forAdmins: false },
  claim: { says: 'the cluster looks for you in a claim that your token does not have', fix: settings, forAdmins: true },
  map: { says: 'the cluster’s identity map gives your UPN no SQL user', fix: settings, forAdmins: true },
  principal: { says: 'the cluster’s identity map gives your UPN another SQL user', fix: yours, forAdmins: true },
  reserved: { says: 'this SQL user name is reserved by CockroachDB', fix: yours, forAdmins: true },
  audience: { says: 'the cluster does not take tokens that are for this app', fix: settings, forAdmins: true },
  authorization: {
    says: 'the cluster takes SQL roles from groups in the token, and yours has none',
    fix: settings,
    forAdmins: true,
  },
};
