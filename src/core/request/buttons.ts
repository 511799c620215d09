import type { Event } from './lifecycle.ts';
import { next, type State } from './lifecycle.ts';

/** Forms that open over the conversation. */
export const formIds = ['request', 'deny', 'details', 'checks', 'plan'] as const;
export type FormId = (typeof formIds)[number];

/**
 * Everything that can be pressed, and the form that it opens, if any. What a button is about comes with it: a request, a proposal, or
 * nothing.
 */
export const pressable = {
  approve: { label: 'Approve', opens: null },
  deny: { label: 'Deny', opens: 'deny' },
  details: { label: 'Details', opens: 'details' },
  cancel: { label: 'Cancel request', opens: null },
  connect: { label: 'Login command', opens: null },
  ways: { label: 'PowerShell, psql, other clients', opens: null },
  ask: { label: 'Ask for access', opens: 'request' },
  confirm: { label: 'Confirm', opens: null },
  decline: { label: 'Decline', opens: null },
  // Of a cluster: every check of `status`, and what would be written there.
  checks: { label: 'All checks', opens: 'checks' },
  plan: { label: 'Plan', opens: 'plan' },
  // Of a change of cluster settings.
  confirm_change: { label: 'Confirm', opens: null },
  decline_change: { label: 'Decline', opens: null },
} as const satisfies { readonly [id: string]: { readonly label: string; readonly opens: FormId | null } };

export type ButtonId = keyof typeof pressable;
export const buttonIds = Object.keys(pressable) as readonly ButtonId[];

/** What approvers press on a request's card: the buttons that bring about an event. */
export const decisions = [
  { event: 'approve', id: 'approve' },
  { event: 'deny', id: 'deny' },
] as const satisfies readonly { readonly event: Event; readonly id: ButtonId }[];
export type DecisionKind = (typeof decisions)[number]['id'];

/** The decisions that a state is open to: those whose event the table knows. */
export function decisionsFor(state: State): readonly (typeof decisions)[number][] {
  return decisions.filter((b) => next[state][b.event] !== undefined);
}
