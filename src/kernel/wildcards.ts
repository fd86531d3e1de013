// The wildcards of policies and filter patterns, one loop for all of them.

/**
 * `*` stands for any text; with `one`, that character stands for any single one (policies say `?`).
 * Never worse than the product of the lengths: it backs up to the last star only.
 */
export function matchesWildcards(pattern: string, text: string, one?: "?"): boolean {
  let [p, t, star, resume] = [0, 0, -1, 0];
  while (t < text.length) {
    const wanted = pattern[p];
    if (wanted === "*") {
      star = p++;
      resume = t;
    } else if (wanted !== undefined && (wanted === text[t] || wanted === one)) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resume;
    } else return false;
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}
