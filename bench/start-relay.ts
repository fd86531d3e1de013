// Starts the bare relay, the yardstick of `relay.ts`, as a process of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export interface Relay extends Disposable {
  readonly url: string;
  readonly pid: number;
}

export async function startRelay(): Promise<Relay> {
  const relay = spawn(process.execPath, [fileURLToPath(new URL("relay.ts", import.meta.url))], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(relay.stdout, "data")) as [Buffer];
  return { url: `${line.toString().trim()}/`, pid: relay.pid ?? 0, [Symbol.dispose]: () => void relay.kill() };
}
