/**
 * What a kind of value looks like, as data: enough for an editor to help whoever writes a policy file. Never stricter than the kind
 * itself; what only the kind can judge (a cluster that is named must be there, an audience must fit its token version) is left out.
 */
export type Shape =
  | {
      readonly kind: 'text';
      readonly write: string;
      /** Null: any text that is not empty. */
      readonly pattern: RegExp | null;
      readonly most: number | null;
    }
  | { readonly kind: 'words'; readonly write: string; readonly words: readonly string[] }
  | { readonly kind: 'list'; readonly write: string; readonly item: Shape; readonly least: number }
  | {
      readonly kind: 'record';
      readonly write: string;
      readonly fields: Readonly<Record<string, { readonly shape: Shape; readonly needed: boolean }>>;
      readonly together: readonly Together[];
    }
  | { readonly kind: 'named'; readonly write: string; readonly name: Shape; readonly item: Shape };

/** Which keys of a record may or must stand together. */
export type Together =
  | { readonly exactlyOne: readonly string[] }
  | { readonly atLeastOne: readonly string[] }
  /** When `key` is `word` (or, with `orMissing`, is not there), these keys must be there, or must not. */
  | {
      readonly when: { readonly key: string; readonly word: string; readonly orMissing: boolean };
      readonly needs: readonly string[];
      readonly forbids: readonly string[];
    };
