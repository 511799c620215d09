import { deadline } from './patience.ts';
import { graphToken, type TokenFor } from './token.ts';

const timeoutSeconds = 10;

/**
 * Access tokens of an app registration for something that is not Graph, kept until shortly before they expire.
 *
 * @param o.scope `<address>/.default`
 * @returns a function that gives the present one; `refused`: that one was not accepted, and a new one is fetched
 * @throws (the function) Fault directory_unavailable, directory_refused
 */
export function appToken(o: TokenFor): (refused: boolean) => Promise<string> {
  const token = graphToken(o);
  return (refused) => {
    if (refused) token.forget();
    return token.get(deadline(timeoutSeconds));
  };
}
