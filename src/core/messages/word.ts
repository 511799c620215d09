import type { Word } from '../ports.ts';
import type { Text } from './card.ts';

/** `Confirmed by Alice at 14:03. ` */
export const said = (did: string, { by, at }: Word): Text => [
  did,
  ' by ',
  { strong: by.displayName },
  ' at ',
  { at, style: 'time' },
  '. ',
];
