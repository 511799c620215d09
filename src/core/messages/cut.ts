/** A text of at most so many characters, with a sign where it was cut; never in the middle of a character. */
export function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most).replace(/[\ud800-\udbff]$/, '')}…`;
}
