// The work of `fugaz dev`: deploys the functions of a folder, and again after each save, while a server runs.
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { FunctionSettings, Scope } from "../../functions/function.ts";
import type { Clock } from "../../kernel/clock.ts";
import type { Runtime } from "../../ports/runtimes.ts";
import { UserError } from "../cli/user-error.ts";
import type { Fugaz } from "../compose.ts";
import { deployFirst, redeploy } from "./deploy.ts";
import type { FoundFunction } from "./find-functions.ts";
import { planOf, type Overrides } from "./plan.ts";
import type { Terminal } from "./terminal.ts";
import { syntaxErrors } from "./syntax.ts";
import { watchFolder, type Saves } from "./watch-folder.ts";

export interface DevelopDeps {
  readonly overrides: Overrides;
  /** Last word about settings. */
  readonly adapt: (settings: FunctionSettings) => FunctionSettings;
  /** Awaited before anything is deployed. */
  readonly prepare: (functions: readonly { readonly name: string; readonly runtime: Runtime }[]) => Promise<void>;
  readonly scope: Scope;
  readonly terminal: Terminal;
  readonly clock: Clock;
}

/** Resolves when all functions are deployed and watched; the result ends the watching. */
export async function develop(fugaz: Fugaz, functions: readonly FoundFunction[], deps: DevelopDeps): Promise<Disposable> {
  const { terminal, clock } = deps;
  const plan = async (found: FoundFunction): Promise<FunctionSettings> => deps.adapt(await planOf(found, deps.overrides, { runtimes: fugaz.runtimes, account: deps.scope.account, quotas: fugaz.heart.quotas }));
  const planned = [];
  for (const found of functions) {
    const settings = await plan(found);
    const runtime = await fugaz.runtimes.resolve(settings.runtime);
    if (runtime) planned.push({ found, settings, runtime });
  }
  await deps.prepare(planned.map(({ found, runtime }) => ({ name: found.name, runtime })));
  const watches = new DisposableStack();
  try {
    for (const { found, settings } of planned) {
      const watch = await watchFolder(found.folder, { clock, onSaves: redeployer(found, settings), onTrouble: (sentence) => terminal.say(sentence) });
      watches.use(watch);
      await deployFirst(found, settings, deps.scope, fugaz.heart);
      terminal.say(`${found.name}: ${settings.handler} on ${settings.runtime}, from ${found.folder}`);
      const unreadable = fugaz.isolation.level > 0 ? await unreadableByOthers(found.folder) : undefined;
      if (unreadable !== undefined) terminal.say(unreadable);
    }
    return watches;
  } catch (error) {
    watches.dispose();
    throw error;
  }

  /** One save after the other, each with what the folder says then. */
  function redeployer(found: FoundFunction, first: FunctionSettings): (saves: Saves) => void {
    let settings = first;
    let last = Promise.resolve();
    const once = async ({ paths, noticedMs }: Saves): Promise<void> => {
      try {
        const next = await plan(found);
        await redeploy(found, settings, next, deps.scope, fugaz.heart);
        settings = next;
        const tookMs = Math.round(clock.monotonicMs() - noticedMs);
        // Files that were there for a moment only are an editor's way of saving another one.
        const there = paths.filter((path) => existsSync(join(found.folder, path)));
        terminal.say(`${found.name} redeployed in ${tookMs} ms (${listed(there.length > 0 ? there : paths)})`);
        const runtime = await fugaz.runtimes.resolve(next.runtime);
        for (const path of there) for (const complaint of runtime ? await syntaxErrors(runtime, join(found.folder, path)) : []) terminal.say(complaint);
      } catch (error) {
        // What is there goes on running; the next save tries again.
        terminal.say(`${found.name} is not redeployed: ${error instanceof Error ? error.message : String(error)}`);
        if (!(error instanceof UserError) && !(error instanceof Error && error.name === "Fault")) throw error;
      }
    };
    return (saves) => {
      last = last.then(() => once(saves));
    };
  }
}

function listed(paths: readonly string[]): string {
  const [first = "", second, ...rest] = paths;
  if (second === undefined) return first;
  return rest.length === 0 ? `${first}, ${second}` : `${first}, ${second} and ${rest.length} more`;
}

/** As root, sandboxes are users of their own: a folder for its owner alone is closed to them. */
async function unreadableByOthers(folder: string): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const { mode } = await stat(folder);
  if ((mode & 0o005) === 0o005) return undefined;
  return `Warning: ${folder} is closed to other users, and functions run as one: chmod o+rx ${folder}`;
}
