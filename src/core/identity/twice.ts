/**
 * Remembers of any number of names, in a few megabytes, which may have come more than once: two bits for each of so many places, and
 * a name's place by its hash. A name that came twice is always said to; one that did not, now and then, when it shares a place.
 */
export interface Twice {
  add(name: string): void;
  mayBe(name: string): boolean;
}

/** 2^24: of a million names some 6 in 100 share a place with another one. */
const places = 2 ** 24;

export function twice(): Twice {
  const once = new Uint8Array(places / 8);
  const again = new Uint8Array(places / 8);
  return {
    add: (name) => {
      const place = placeOf(name);
      const [byte, bit] = [place >>> 3, 1 << (place & 7)];
      const before = once[byte] ?? 0;
      if ((before & bit) === 0) once[byte] = before | bit;
      else again[byte] = (again[byte] ?? 0) | bit;
    },
    mayBe: (name) => {
      const place = placeOf(name);
      return ((again[place >>> 3] ?? 0) & (1 << (place & 7))) !== 0;
    },
  };
}

/** Two hashes of 32 bits side by side, mixed as MurmurHash3 does at its end (public domain, Austin Appleby: `fmix32`). */
function placeOf(name: string): number {
  let [a, b] = [0x9e3779b9, 0x85ebca6b];
  for (let at = 0; at < name.length; at += 1) {
    const code = name.charCodeAt(at);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x5bd1e995) ^ (b >>> 13);
  }
  return (mixed(a) ^ mixed(b + name.length)) & (places - 1);
}

function mixed(hash: number): number {
  const first = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return second ^ (second >>> 16);
}
