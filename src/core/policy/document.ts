/** A policy file as its text has it, before anything is believed: values with the place where they stand. No word of YAML here. */

/** Counted from 1. */
export interface Spot {
  readonly line: number;
  readonly column: number;
}

export type Node =
  | (Spot & { readonly kind: 'map'; readonly entries: readonly Entry[] })
  | (Spot & { readonly kind: 'list'; readonly items: readonly Node[] })
  | (Spot & { readonly kind: 'scalar'; readonly value: string | number | boolean | null });

/** A key and its value. Keys may come twice: that is for the reader to refuse. */
export interface Entry extends Spot {
  readonly key: string;
  readonly value: Node;
}

export interface PolicyDocument {
  /** As the operator named it. */
  readonly file: string;
  /** SHA-256 of the file's bytes, in hex. */
  readonly hash: string;
  readonly root: Node;
}

/** One thing wrong with the policy file: where, what, and what to write instead. */
export interface PolicyFault {
  readonly file: string;
  readonly line: number;
  /** `clusters.prod.address`; empty: the file as a whole. */
  readonly where: string;
  readonly wrong: string;
  readonly write: string;
}

/** `policy.yaml:12: clusters.prod.address: is missing; write …` */
export function faultText(fault: PolicyFault): string {
  const where = fault.where === '' ? '' : `${fault.where}: `;
  return `${fault.file}:${fault.line}: ${where}${fault.wrong}; write ${fault.write}`;
}
