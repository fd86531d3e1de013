// `fugaz demo`: the main job on real input, start to stop: pictures land in a bucket, thumbnails come out.
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { removeTree } from "../../functions/packages/remove-tree.ts";
import { systemClock } from "../system-clock.ts";
import type { DemoPackage } from "./demo-packages.ts";
import { startChild } from "./demo-server.ts";
import type { DemoCloud } from "./demo-steps.ts";
import { UserError } from "./user-error.ts";

/** The demo gives up on a thumbnail after this. */
const THUMBNAIL_MS = 60_000;

export const demoCommand = (): Command =>
  new Command("demo")
    .description("Start a cloud on a free port, deploy two functions, drop pictures in a bucket, show the thumbnails, stop")
    .option("--isolation <kind>", "auto, bubblewrap or process", "auto")
    .action(async ({ isolation }: { readonly isolation: string }) => {
      const began = systemClock.monotonicMs();
      const interrupted = interruption();
      const dir = await mkdtemp(join(tmpdir(), "fugaz-demo-"));
      try {
        const server = await startChild(["--data-dir", join(dir, "data"), "--isolation", isolation]);
        try {
          say(`Fugaz is up at ${server.endpoint} (${Math.round(server.startMs)} ms).`);
          await Promise.race([bothHalves(server.endpoint, dir), interrupted]);
        } finally {
          await server.stop();
        }
        say(`\nFugaz has stopped and left nothing behind. The whole demo took ${((systemClock.monotonicMs() - began) / 1000).toFixed(1)} s.`);
      } finally {
        await removeTree(dir);
      }
    });

/** Rejects when the person has seen enough: what the demo made is then removed as at its end. */
function interruption(): Promise<never> {
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => reject(new UserError("The demo was interrupted. It has left nothing behind.")));
  });
  // It may come before or after anybody waits for it.
  interrupted.catch(() => undefined);
  return interrupted;
}

async function bothHalves(endpoint: string, dir: string): Promise<void> {
  const [{ packNode, packPython }, { demoAccount }] = await Promise.all([import("./demo-packages.ts"), import("./demo-steps.ts")]);
  const cloud = demoAccount(endpoint);
  await thumbnails(cloud, await packNode());
  const python = await packPython(join(dir, "python"));
  if (typeof python === "string") say(`\nThe Python half is skipped: ${python}`);
  else await thumbnails(cloud, python);
}

async function thumbnails(cloud: DemoCloud, code: DemoPackage): Promise<void> {
  const bucket = `pictures-${code.name}`;
  say(`\n${code.title}`);
  await cloud.createBucket(bucket);
  await cloud.createBucket(code.thumbnailBucket(bucket));
  await cloud.deploy(code);
  say(`  deployed ${code.name} (${code.runtime}, ${(code.zip.length / 1024).toFixed(0)} KB zip) through the Lambda API`);
  await cloud.notifyOnCreate(bucket, code.name);
  const keys = await cloud.dropPictures(bucket);
  say(`  dropped ${keys.length} pictures into s3://${bucket}`);
  for (const key of keys) {
    const small = await cloud.waitForPicture(code.thumbnailBucket(bucket), key, code.name, THUMBNAIL_MS);
    say(`  s3://${code.thumbnailBucket(bucket)}/${key}  ${small.width} x ${small.height}  ${small.bytes} bytes  ${small.afterMs} ms after the drop`);
  }
  for (const line of await cloud.reports(code.name, keys.length)) say(`  ${line}`);
}

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
