const units = [
  { letter: 'd', seconds: 86_400 },
  { letter: 'h', seconds: 3600 },
  { letter: 'min', seconds: 60 },
] as const;

/** How long it is from one time to another, in the two largest units that say something: `3 h 40 min`, `2 d`, `less than a minute`. */
export function span(from: Date, to: Date): string {
  let left = Math.max(0, Math.round((to.getTime() - from.getTime()) / 1000));
  const parts: string[] = [];
  for (const { letter, seconds } of units) {
    const count = Math.floor(left / seconds);
    left -= count * seconds;
    if (count > 0) parts.push(`${count} ${letter}`);
    if (parts.length === 2 || (parts.length === 1 && count === 0)) break;
  }
  return parts.join(' ') || 'less than a minute';
}
