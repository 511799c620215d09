/** The audit: who did what, on what findings. */

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

/** An audit line as it was written. */
export type AuditLine = AuditEntry & { readonly at: Date };

export interface Audit {
  append(entries: readonly AuditEntry[]): Promise<void>;
  /** Lines in the order in which they were written: of one request or proposal, or the newest `limit` of all. */
  read(of: { readonly requestId: string } | { readonly limit: number }): Promise<readonly AuditLine[]>;
}
