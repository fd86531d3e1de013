// Query strings and form bodies as pairs in the order sent; a broken one is remembered, not thrown, until its protocol is known.

export type QueryPairs = readonly (readonly [key: string, value: string])[];

export interface Query {
  readonly pairs: QueryPairs;
  /** True when a percent sequence was broken or not UTF-8; the pair then stands undecoded. */
  readonly malformed: boolean;
}

const empty: Query = { pairs: [], malformed: false };

/** Decodes `a=b&c` (`+` is a space, an absent value is empty). */
export function parseQuery(text: string): Query {
  if (text === "") return empty;
  const pairs: (readonly [string, string])[] = [];
  let malformed = false;
  const decode = (part: string): string => {
    if (!part.includes("%") && !part.includes("+")) return part;
    try {
      return decodeURIComponent(part.replaceAll("+", " "));
    } catch {
      malformed = true;
      return part;
    }
  };
  for (const part of text.split("&")) {
    if (part === "") continue;
    const mark = part.indexOf("=");
    pairs.push(mark === -1 ? [decode(part), ""] : [decode(part.slice(0, mark)), decode(part.slice(mark + 1))]);
  }
  return { pairs, malformed };
}
