// The program that crash.test.ts kills: it commits without pause, several at once, and says on stdout what was acknowledged.
// Arguments: data directory, round, seed. One line per acknowledgement: `<lane> <n>`.
import { writeSync } from "node:fs";
import { openEmbedded } from "../../src/engines/embedded/open.ts";
import { systemClock } from "../../src/main/system-clock.ts";
import { append, enqueue, hold, release, set, type Write } from "../../src/ports/store.ts";
import { contentOf, LANES, type Step } from "./crash-plan.ts";
import { seeded } from "./seeded.ts";

const [dir = "", round = "0", seed = "0"] = process.argv.slice(2);
const engine = await openEmbedded({ dir, clock: systemClock });
const random = seeded(Number(seed));

/** One step is one commit: a counter, its mirror, a record, a message and a blob that takes the place of the last. */
async function step(lane: number, n: number, before: Step | undefined): Promise<Step> {
  const content = contentOf(Number(round), lane, n, random());
  const blob = await engine.blobs.write(content);
  const done: Step = { round: Number(round), lane, n, blobId: blob.id };
  const writes: Write[] = [
    set(["step", lane], done), set(["mirror", lane], done), append(`lane/${lane}`, done), append("all", done),
    enqueue(`lane/${lane}`, done, Buffer.from(blob.id)), hold(blob, ["lane", lane]),
  ];
  if (before && before.blobId !== blob.id) writes.push(release(before.blobId, ["lane", lane]));
  const commit = await engine.store.commit([], writes);
  if (!commit.ok) throw new Error("a commit without checks conflicted");
  // A write to a pipe is there for the parent even when this process dies the next moment.
  writeSync(1, `${lane} ${n}\n`);
  return done;
}

await Promise.all(
  Array.from({ length: LANES }, async (_, lane) => {
    let last = (await engine.store.get<Step>(["step", lane]))?.value;
    for (;;) last = await step(lane, (last?.n ?? 0) + 1, last);
  }),
);
