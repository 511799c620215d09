/** Everything the core needs of the world, in its own words. Adapters fulfil it; a "cannot" is thrown as a Fault (errors.ts). */

import type { Ability, Change, ClusterState, Membership } from './cluster/cluster.ts';
import type { Card } from './messages/card.ts';
import type { Form, Option } from './messages/form.ts';
import type { Criterion, Policy } from './policy/policy.ts';
import type { ButtonId, FormId } from './request/buttons.ts';
import type { State } from './request/lifecycle.ts';
import type { AccessRequest, Decision, Door, Finding, Person, Place } from './request/request.ts';

// ── directory (Microsoft Entra ID through Graph) ─────────────────────────────────────────────────────────────────────────────

export interface DirectoryUser extends Person {
  readonly mail: string | null;
  readonly enabled: boolean;
  readonly kind: 'member' | 'guest';
}

export interface Directory {
  /** Read now, never from a cache. Null: no such user. */
  userById(oid: string): Promise<DirectoryUser | null>;
  /** Every user whose mail or UPN is this address (case aside). More than one is for the caller to refuse. */
  usersByAddress(address: string): Promise<readonly DirectoryUser[]>;
  /** Many at once, by object id; those that are gone are missing from the map. */
  usersById(oids: readonly string[]): Promise<ReadonlyMap<string, DirectoryUser>>;
  /** As usersById, of which each may be up to a minute old: for what is said of many others, never of the person that it is about. */
  recentById(oids: readonly string[]): Promise<ReadonlyMap<string, DirectoryUser>>;
  /** Whether this user holds the app role, or is a (transitive) member of the group, now. */
  holds(oid: string, criterion: Criterion): Promise<boolean>;
  /** Those of many criteria that this user meets now (the same objects), in a few calls however many there are. */
  held(oid: string, criteria: readonly Criterion[]): Promise<ReadonlySet<Criterion>>;
  /** Whether anybody enabled other than this user meets the criterion, now. */
  heldByAnother(criterion: Criterion, oid: string): Promise<boolean>;
  /** Answers when the directory does; throws a Fault otherwise. For `/readyz`. */
  probe(): Promise<void>;
}

/** A public signing key as its issuer publishes it (RFC 7517). */
export type Jwk = { readonly kid?: string; readonly [member: string]: unknown };

export interface TokenIssuer {
  /** Issuer and present signing keys for access tokens of this version, from the authority's own discovery document. Never cached. */
  published(version: 'v1' | 'v2'): Promise<{ readonly issuer: string; readonly jwksUri: string; readonly keys: readonly Jwk[] }>;
}

// ── chat ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What a platform says of one of its users. */
export interface ChatPerson {
  readonly displayName: string;
  /** Null: none, or not confirmed. */
  readonly mail: string | null;
  /** The person's object id in the home tenant, where the platform vouches for it. Null: it knows none, and the mail address counts. */
  readonly oid: string | null;
  /** Why this user can't be a person of the home workspace; null: a full member. */
  readonly outsider: 'bot' | 'deleted' | 'stranger' | 'guest' | null;
}

/** Where an answer to somebody's command or click goes: seen by that person alone. `token` is the adapter's own and opaque. */
export interface ReplyTo {
  readonly door: Door;
  readonly token: string;
}

/** Marks a message so that it can be found again before it is sent again. */
export interface Tag {
  /** The request or proposal that it is about. */
  readonly requestId: string;
  /** `approval`, `outcome:<state>`, `alert:<key>`, `proposal`: two messages about one thing that may both be sent have different ones. */
  readonly kind: string;
}

export interface Chat {
  readonly platform: string;
  /** What people type there in front of a word of the bot's, as its messages tell them; empty: nothing. */
  readonly calledBy: string;
  whoIs(door: Door): Promise<ChatPerson>;
  /**
   * Posts a card to a channel, or to a person's direct messages with the bot. `mayBeThere`: an earlier attempt may have got
   * through, so the history is searched for the tag first and its place given back instead of posting twice.
   */
  post(to: { readonly channel: string } | { readonly door: Door }, card: Card, tag: Tag, mayBeThere: boolean): Promise<Place>;
  /** Replaces a card where it stands. */
  update(place: Place, card: Card, tag: Tag): Promise<void>;
  /** Answers somebody, visible to that person alone. Finds another way (a private message) when the first is too old. */
  answer(to: ReplyTo, card: Card): Promise<void>;
  /** Opens a form for whoever just typed or pressed. Null: too late for that, platforms give a few seconds. */
  open(to: ReplyTo, form: Form): Promise<OpenForm | null>;
  /** Replaces what this person sees on the bot's own page. */
  home(door: Door, card: Card): Promise<void>;
  /** Whether the bot can post to this channel now. `gone`: it does not exist, or the bot can't see it. */
  reach(channel: string): Promise<'ok' | 'gone' | 'archived' | 'not_in'>;
}

/** A form that stands open before somebody. */
export interface OpenForm {
  /** Shows something else in its place; nothing happens when it was closed meanwhile. */
  change(form: Form): Promise<void>;
}

// ── interactions: what people typed and pressed, durable before it is acknowledged ───────────────────────────────────────────

interface Incoming {
  /** The platform's own unique key of this interaction; a second delivery has the same. */
  readonly key: string;
  readonly door: Door;
  readonly reply: string;
}
export interface TypedCommand extends Incoming {
  readonly kind: 'command';
  /** What was typed after the command's name. */
  readonly text: string;
}
export interface PressedButton extends Incoming {
  readonly kind: 'press';
  readonly button: ButtonId;
  /** As the button carried it: not to be believed before it is compared with the stored place. */
  readonly about: string;
  /** The message it stood on. Null: a page that is this person's own and that only the bot writes. */
  readonly place: Place | null;
}
export interface SubmittedForm extends Incoming {
  readonly kind: 'submit';
  readonly form: FormId;
  /** As the form carried it. */
  readonly about: string;
  /** Where the button stood that opened the form; null: no button, or on a page of the person's own. */
  readonly place: Place | null;
  /** What was filled in, by the field's id; a field left empty is missing. */
  readonly values: Readonly<Record<string, string>>;
}
/** Somebody looks at the bot's own page. */
export interface OpenedHome extends Incoming {
  readonly kind: 'home';
}
export type Interaction = TypedCommand | PressedButton | SubmittedForm | OpenedHome;
export type StoredInteraction = Interaction & { readonly id: string; readonly receivedAt: Date; readonly attempts: number };

/** What an adapter hands its interactions to. Resolves once they are durable; then, and only then, they are acknowledged. */
export type Receive = (interaction: Interaction) => Promise<void>;

/**
 * What a `choice` field offers to this person for what was typed so far, best first. Answered while the person types (within
 * three seconds), so it is not recorded; what is chosen is checked anew when the form is sent.
 */
export type Suggest = (door: Door, field: string, typed: string) => Promise<readonly Option[]>;

/**
 * The card of a request or proposal as it stands now, for whoever looks at the posted one where the platform asks for it at every look:
 * the same for everybody. Null: no card of that id stands at that place. Not recorded, since nothing is done.
 */
export type Present = (door: Door, about: string, place: Place) => Promise<Card | null>;

// ── store (PostgreSQL wire) ──────────────────────────────────────────────────────────────────────────────────────────────────

/** A line of the audit: appended in the transaction of the change it records. */
export interface AuditEntry {
  /** `request.submitted`, `request.approve`, `ledger.creating`, `setting.written` … */
  readonly event: string;
  readonly requestId: string | null;
  /** Object id of the person who did it; null: the bot by itself. */
  readonly actor: string | null;
  /** Plain JSON; never a secret. */
  readonly details: Readonly<Record<string, unknown>>;
}

/**
 * A posted card and what it showed last (`shows`: the version of the request that it was rendered from). It is stale when people
 * could see a change since: state, decision or waiting. Versions that moved for other reasons do not make it so.
 */
export interface PostedCard {
  readonly place: Place;
  readonly kind: 'approval' | 'outcome';
  readonly shows: number;
}

export type NewRequest = Omit<AccessRequest, 'version' | 'attempts' | 'waiting' | 'decision' | 'grantedAt'>;

/** What a save brings with it, in the same transaction. */
export interface Beside {
  readonly audit: readonly AuditEntry[];
  readonly decision?: Decision & { readonly interactionId: string };
  readonly posted?: PostedCard;
}

export interface Requests {
  /**
   * Inserts a request, unless this interaction has made one already (that one comes back, `opened: false`) or the person has an
   * open one for the same entitlement (that one comes back, `opened: false`).
   */
  create(
    request: NewRequest,
    interactionId: string,
    audit: readonly AuditEntry[],
  ): Promise<{ opened: boolean; request: AccessRequest }>;
  get(id: string): Promise<AccessRequest | null>;
  /** The open request of this person for this entitlement, else the newest granted one, else null. */
  current(oid: string, entitlement: string): Promise<AccessRequest | null>;
  /** Every granted request of this person on this cluster. */
  grantedTo(oid: string, cluster: string): Promise<readonly AccessRequest[]>;
  /** A person's requests, newest first, refused ones too. */
  ofPerson(oid: string, limit: number): Promise<readonly AccessRequest[]>;
  /** What waits for a decision, oldest first. */
  pending(limit: number): Promise<readonly AccessRequest[]>;
  /** How many requests are in each state that is not final, read now. */
  inState(): Promise<ReadonlyMap<State, number>>;
  /**
   * Compare-and-swap on `version`. `beforeDeadline`: only while the store's clock has not passed the deadline. Null: somebody was
   * faster (or it is too late); read again.
   */
  save(request: AccessRequest, beside: Beside, guard?: { readonly beforeDeadline: true }): Promise<AccessRequest | null>;
  /**
   * Takes the due work of a request for itself (a lease that is renewed while `work` runs, and ends with it) and runs `work` on
   * the request as it is then. False: nothing was due, or another worker has it. What `work` throws comes through after the
   * lease has ended, and the work is put off a little. A save that changes state or due work ends the lease at once and starts
   * `attempts` anew; to come again later, save a later `dueAt`. Whoever lost the lease fails the next save.
   */
  hold(id: string, work: (request: AccessRequest) => Promise<void>): Promise<boolean>;
  /** Ids of requests whose work is due now and that nobody holds, oldest first. */
  dueNow(limit: number): Promise<readonly string[]>;
  posted(requestId: string): Promise<readonly PostedCard[]>;
  /** Which posted approval cards show less than their request's present state, of all requests or of one. */
  stalePosted(limit: number, requestId?: string): Promise<readonly { readonly requestId: string; readonly card: PostedCard }[]>;
  /** Records what a card shows now, keeping its place if it was not known; never lets it go back. */
  showed(requestId: string, card: PostedCard): Promise<void>;
}

export interface Interactions {
  /** Durable on return. `repeat`: this key was received before. */
  receive(interaction: Interaction): Promise<{ id: string; repeat: boolean }>;
  /** As Requests.hold: runs `work` unless it was worked already or is being worked. Marked as worked when `work` returns. */
  hold(id: string, work: (interaction: StoredInteraction) => Promise<void>): Promise<boolean>;
  unworked(limit: number): Promise<readonly string[]>;
}

/** A door's person, kept at first use. */
export interface Bindings {
  /** The person of this door, after keeping `oid` if none was kept before. */
  bind(door: Door, oid: string): Promise<{ readonly oid: string }>;
}

/** Who a SQL user belongs to, for good. */
export interface LedgerRow {
  readonly cluster: string;
  readonly sqlUsername: string;
  readonly oid: string;
  /** The UPN under which it was granted. */
  readonly upn: string;
  /** `creating`: claimed, CREATE USER may or may not have run. `created`: read back from the cluster. */
  readonly state: 'creating' | 'created';
  /** Whether a CREATE USER of ours may have reached the cluster. */
  readonly attempted: boolean;
  /** Tied to the person by two admins, whatever the UPN would give: never released by itself. */
  readonly adopted: boolean;
}

export interface Ledger {
  rows(cluster: string): Promise<readonly LedgerRow[]>;
  /** A person's SQL users, one a cluster. */
  ofPerson(oid: string): Promise<readonly LedgerRow[]>;
  /**
   * Inserts a row as `creating`, or gives back the row that holds the name already (whoever's it is), else the row of the name
   * that this person holds on the cluster already: compare both with what was asked for.
   */
  claim(row: Pick<LedgerRow, 'cluster' | 'sqlUsername' | 'oid' | 'upn'>, audit: readonly AuditEntry[]): Promise<LedgerRow>;
  /** Marks that a CREATE USER is about to be sent, or that it was read back. */
  mark(
    row: Pick<LedgerRow, 'cluster' | 'sqlUsername' | 'oid'>,
    as: 'attempted' | 'created',
    audit: readonly AuditEntry[],
  ): Promise<void>;
  /** The person's UPN changed: the SQL user stays theirs, under the new one. */
  renamed(row: Pick<LedgerRow, 'cluster' | 'sqlUsername' | 'oid'>, upn: string, audit: readonly AuditEntry[]): Promise<void>;
  /**
   * Takes back a claim whose CREATE USER found somebody else's user there. Only while it is `creating`. One that was adopted stays,
   * as if no CREATE USER had been sent.
   */
  release(row: Pick<LedgerRow, 'cluster' | 'sqlUsername' | 'oid'>, audit: readonly AuditEntry[]): Promise<void>;
}

export interface Leases {
  /**
   * Runs `work` while holding the named lease (renewed while it runs). `stillHeld` throws a Fault `not_yet` once the lease was lost.
   * Throws a Fault `not_yet` when somebody else holds it and does not let go within `patience` seconds.
   */
  with<T>(name: string, patience: number, work: (stillHeld: () => Promise<void>) => Promise<T>): Promise<T>;
}

/** Messages to admins, each sent once. */
export interface Alerts {
  /** Keeps an alert unless one with this key was kept before. Durable on return. */
  raise(alert: { readonly key: string; readonly requestId: string | null; readonly card: Card }): Promise<void>;
  /**
   * As Requests.hold, for one unsent alert at a time; sent when `work` returns. One that throws is logged and put off, and does
   * not keep the others waiting. Gives back how many were sent.
   */
  holdEach(work: (alert: UnsentAlert) => Promise<void>): Promise<number>;
  /** Keeps that an unsent alert stands on this platform, so that it is not posted there again. */
  stands(key: string, platform: string): Promise<void>;
}

export interface UnsentAlert {
  readonly key: string;
  readonly requestId: string | null;
  readonly card: Card;
  readonly attempts: number;
  /** Platforms on which it stands already. */
  readonly standsOn: readonly string[];
}

/** An audit line as it was written. */
export type AuditLine = AuditEntry & { readonly at: Date };

export interface Audit {
  append(entries: readonly AuditEntry[]): Promise<void>;
  /** Lines in the order in which they were written: of one request or proposal, or the newest `limit` of all. */
  read(of: { readonly requestId: string } | { readonly limit: number }): Promise<readonly AuditLine[]>;
}

// ── proposals: what the command line asks two admins to confirm ──────────────────────────────────────────────────────────────

/** Somebody's word on a proposal. */
export interface Word {
  readonly by: Person;
  readonly at: Date;
}

/** That a SQL user be tied to a person for good, against what the UPN alone would give. */
export interface Proposal {
  /** As a request's. */
  readonly id: string;
  readonly version: number;
  readonly state: 'open' | 'adopted' | 'declined' | 'lapsed';
  readonly cluster: string;
  readonly sqlUsername: string;
  /** Whether the SQL user is there already; else it is created at the person's first grant. */
  readonly exists: boolean;
  /** Whom it is to be tied to. */
  readonly person: Person;
  /** Who ran the command, as their machine names them: for reading, not for believing. */
  readonly filedBy: string;
  readonly filedAt: Date;
  /** Not confirmed by then, it lapses. */
  readonly deadline: Date;
  /** Of different people, the person apart; with the second it is adopted. */
  readonly confirmed: readonly Word[];
  readonly declined: Word | null;
  /** What was found when everything was last looked at: what its card says of the SQL user and, where one is not ok, why it lapsed. */
  readonly findings: readonly Finding[];
  /**
   * Where its cards stand, one a platform, and the version that all of them show (0: one of them is not posted yet): a save that only
   * notes this writes the version that it makes. Null: posted nowhere.
   */
  readonly posted: { readonly places: readonly Place[]; readonly shows: number } | null;
  /** When the cluster's identity map was made current after it was adopted. */
  readonly appliedAt: Date | null;
}

export interface Proposals {
  /** Keeps a new one, unless one is open for this SQL user or this person on the cluster (that one comes back, `filed: false`). */
  file(
    proposal: Omit<Proposal, 'version' | 'state' | 'confirmed' | 'declined' | 'posted' | 'appliedAt'>,
    audit: readonly AuditEntry[],
  ): Promise<{ filed: boolean; proposal: Proposal }>;
  get(id: string): Promise<Proposal | null>;
  /**
   * Compare-and-swap on `version`. Saved as `adopted`, the ledger's row is written in the same transaction. Null: somebody was faster,
   * or the SQL user or the person is bound already; read again.
   */
  save(proposal: Proposal, audit: readonly AuditEntry[]): Promise<Proposal | null>;
  /** As Requests.hold, for whatever a proposal owes: its card, its lapse, the cluster's map. */
  hold(id: string, work: (proposal: Proposal) => Promise<void>): Promise<boolean>;
  /** Ids of those that owe something now, oldest first. */
  dueNow(limit: number): Promise<readonly string[]>;
}

export interface Store {
  readonly requests: Requests;
  readonly interactions: Interactions;
  readonly bindings: Bindings;
  readonly ledger: Ledger;
  readonly leases: Leases;
  readonly alerts: Alerts;
  readonly audit: Audit;
  readonly proposals: Proposals;
  /** The store's clock: the one that deadlines are compared with. */
  now(): Promise<Date>;
  probe(): Promise<void>;
}

// ── queue ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A hint that there may be work. Losing it loses nothing, running it twice does nothing twice. */
export type Job = { readonly kind: 'interaction' | 'request' | 'proposal'; readonly id: string };

export interface Jobs {
  /** Best effort: a Fault here is logged and the sweep does the rest. `delay` in seconds. */
  add(job: Job, delay?: number): Promise<void>;
  /** How many jobs wait, are worked, or are put off. */
  depth(): Promise<number>;
  probe(): Promise<void>;
}

// ── clusters (CockroachDB) ───────────────────────────────────────────────────────────────────────────────────────────────────

export interface Cluster {
  readonly name: string;
  /** Whether a settings credential is configured. */
  readonly settingsWritable: boolean;
  /** The SQL users that the bot itself connects as. */
  readonly ownUsers: readonly string[];
  /** Version, SQL users with their roles, and the JWT settings, read now. `timeout` in seconds. */
  read(timeout?: number): Promise<ClusterState>;
  /** SHOW GRANTS ON ROLE for roles that exist, read now. */
  members(roles: readonly string[]): Promise<readonly Membership[]>;
  /**
   * What these roles (or a SQL user) can do in a database, what they inherit through other roles included, as far as the bot may see
   * it. Null: the bot may not see it, or the cluster did not answer within `timeout` seconds.
   */
  abilities(names: readonly string[], database: string, timeout: number): Promise<readonly Ability[] | null>;
  /**
   * Makes one change, retrying 40001. `exists`: a CREATE USER found the name taken. Throws Fault `cluster_busy` when the change
   * waits for others too long, `cluster_outcome_unknown` when the connection was lost meanwhile, `cluster_refused` (with
   * CockroachDB's message) when it is not allowed.
   */
  run(change: Change): Promise<'done' | 'exists'>;
  probe(): Promise<void>;
}

// ── the rest ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface Log {
  info(facts: Readonly<Record<string, unknown>>, message: string): void;
  warn(facts: Readonly<Record<string, unknown>>, message: string): void;
  error(facts: Readonly<Record<string, unknown>>, message: string): void;
}

/** All of it, handed to every step. */
export interface World {
  readonly policy: Policy;
  /** The Entra tenant that people sign in to. */
  readonly tenantId: string;
  /** How long the bot waits, in seconds: between tries of work that cannot be done yet, at the most. */
  readonly retryCapSeconds: number;
  readonly directory: Directory;
  readonly issuer: TokenIssuer;
  readonly chats: ReadonlyMap<string, Chat>;
  readonly store: Store;
  readonly jobs: Jobs;
  readonly clusters: ReadonlyMap<string, Cluster>;
  readonly log: Log;
  /** A fresh request id: 8 random characters of Crockford's base 32. */
  readonly newRequestId: () => string;
}
