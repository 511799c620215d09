/** The lifecycle of an access request as two typed tables. Guards (who may, until when) are not here: see policy/ and approval/decide. */

export const states = [
  'new',
  'pending',
  'approved',
  'granted',
  'revoking',
  'refused',
  'denied',
  'canceled',
  'timed_out',
  'revoked',
] as const;
export type State = (typeof states)[number];

export const events = [
  'submit_for_approval',
  'submit_allowed',
  'submit_refused',
  'approve',
  'deny',
  'cancel',
  'time_out',
  'provisioned',
  'give_up',
  'revoke',
  'expire',
  'deprovisioned',
] as const;
export type Event = (typeof events)[number];

/** Where an event leads. An event that a state does not name changes nothing: it is answered with the state and who brought it there. */
export const next: { readonly [S in State]: { readonly [E in Event]?: State } } = {
  new: { submit_for_approval: 'pending', submit_allowed: 'approved', submit_refused: 'refused' },
  pending: { approve: 'approved', deny: 'denied', cancel: 'canceled', time_out: 'timed_out' },
  approved: { provisioned: 'granted', give_up: 'revoking', revoke: 'revoking' },
  granted: { revoke: 'revoking', expire: 'revoking' },
  revoking: { deprovisioned: 'revoked' },
  refused: {},
  denied: {},
  canceled: {},
  timed_out: {},
  revoked: {},
};

/** Work that a state owes. `time_out` is not owed on entering but at the request's deadline, once `ask` is done. */
export type Work = 'ask' | 'time_out' | 'provision' | 'deliver' | 'deprovision' | 'tell';

/** The work due on entering a state; `null`: none. */
export const due: { readonly [S in State]: Work | null } = {
  new: null,
  pending: 'ask',
  approved: 'provision',
  granted: 'deliver',
  revoking: 'deprovision',
  refused: 'tell',
  denied: 'tell',
  canceled: 'tell',
  timed_out: 'tell',
  revoked: 'tell',
};

/** The word that people read for a state. */
export const word: { readonly [S in State]: string } = {
  new: 'new',
  pending: 'waiting for approval',
  approved: 'approved',
  granted: 'granted',
  revoking: 'being revoked',
  refused: 'refused',
  denied: 'denied',
  canceled: 'canceled',
  timed_out: 'timed out',
  revoked: 'revoked',
};

/** States in which a person has, or may yet get, what was asked for: a second, identical request is not opened beside them. */
export const open: readonly State[] = ['pending', 'approved', 'revoking'];
