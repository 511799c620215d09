/** Floor and subject in turns: what the machine does meanwhile hits both. */

/**
 * Runs both so many times, one after the other, each round in the other order.
 *
 * @returns what each gave, by round
 */
export async function inTurns<S, F>(
  rounds: number,
  of: { readonly subject: (round: number) => Promise<S>; readonly floor: (round: number) => Promise<F> },
): Promise<{ readonly subject: readonly S[]; readonly floor: readonly F[] }> {
  const subject: S[] = [];
  const floor: F[] = [];
  for (let round = 0; round < rounds; round += 1) {
    if (round % 2 === 0) floor.push(await of.floor(round));
    subject.push(await of.subject(round));
    if (round % 2 === 1) floor.push(await of.floor(round));
  }
  return { subject, floor };
}
