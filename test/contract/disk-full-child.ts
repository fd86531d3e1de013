// The program that disk-full.test.ts runs under a limit on file sizes: it commits groups of three until the disk refuses.
// Argument: data directory. Prints one JSON line: what was acknowledged, what is stored, and how the failing group ended.
import { openEmbedded } from "../../src/engines/embedded/open.ts";
import { systemClock } from "../../src/main/system-clock.ts";
import { set } from "../../src/ports/store.ts";

const GROUPS_MAX = 200;

await using engine = await openEmbedded({ dir: process.argv[2] ?? "", clock: systemClock });
let acknowledged = 0;
for (let group = 0; group < GROUPS_MAX; group++) {
  const commits = [0, 1, 2].map((n) => engine.store.commit([], [set(["k", group, n], new Uint8Array(50_000))]));
  const results = await Promise.allSettled(commits);
  acknowledged += results.filter(({ status }) => status === "fulfilled").length;
  const refused = results.flatMap((result) => (result.status === "rejected" ? [String(result.reason)] : []));
  if (refused.length === 0) continue;
  const stored = await engine.store.list({ prefix: ["k"], limit: 1000 });
  console.log(JSON.stringify({ acknowledged, stored: stored.length, refused }));
  break;
}
