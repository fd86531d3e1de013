import { describe, expect, test } from "vitest";
import type { Runtime } from "../../ports/runtimes.ts";
import { planCells, type CellFigures } from "./cell-plan.ts";
import { conditionsOf } from "./conditions.ts";

describe("how many cells wait", () => {
  const kind = (key: string, cells: number, starts = 0, lastUsedMs = 0): CellFigures["kinds"][number] => ({ key, cells, starts, lastUsedMs });
  const plan = (kinds: CellFigures["kinds"], cellsMax = 20, nowMs = 0): unknown => planCells({ kinds, nowMs, cellsMax });

  test("is two for what is used, one for what has been quiet, and more for a crowd, up to a bound", () => {
    expect(plan([kind("a", 1)])).toEqual({ boot: "a", later: false, drop: [] });
    expect(plan([kind("a", 2)])).toEqual({ boot: undefined, later: false, drop: [] });
    expect(plan([kind("a", 2, 5)], 20, 1000)).toEqual({ boot: "a", later: false, drop: [] });
    expect(plan([kind("a", 8, 500)])).toEqual({ boot: undefined, later: false, drop: [] });
    expect(plan([kind("a", 4, 2)])).toEqual({ boot: undefined, later: false, drop: ["a", "a"] });
    expect(plan([kind("a", 2)], 20, 3_600_000)).toEqual({ boot: undefined, later: false, drop: ["a"] });
  });

  test("is no more than two while a crowd is there, and more when its last start is a while ago", () => {
    expect(plan([kind("a", 1, 5)])).toMatchObject({ boot: "a" });
    expect(plan([kind("a", 2, 5)])).toEqual({ boot: undefined, later: true, drop: [] });
    expect(plan([kind("a", 2, 5), kind("b", 1)])).toEqual({ boot: "b", later: true, drop: [] });
  });

  test("is what the memory allows, for those used last", () => {
    expect(plan([kind("new", 0), kind("old", 2), kind("older", 1)], 3)).toEqual({ boot: "new", later: false, drop: ["old", "older"] });
    expect(plan([kind("a", 1)], 0)).toEqual({ boot: undefined, later: false, drop: ["a"] });
  });
});

describe("what can start from a cell", () => {
  const node: Runtime = { name: "nodejs24.x", family: "node", version: "24.1.0", exact: true, interpreter: "/n", mounts: [], argv: ["/n", "b.mjs"], env: {}, origin: "machine" };
  const python2: Runtime = { ...node, name: "python2.7", family: "python", version: "2.7.18" };
  const ruby: Runtime = { ...node, name: "ruby3.3", family: "ruby", version: "3.3.1" };
  const python: Runtime = { ...node, name: "python3.11", family: "python", version: "3.11.7" };
  const of = (runtime: Runtime, env: Record<string, string> = {}, more: { readonly tmpMb?: number; readonly opt?: string; readonly packages?: readonly string[] } = {}) =>
    conditionsOf({ env, tmpMb: more.tmpMb ?? 512 }, { runtime, ...(more.opt === undefined ? {} : { opt: more.opt }) }, more.packages);

  test("is the same for variables that are read later, and another for those read at the start", () => {
    const { key } = of(node) ?? {};
    const later: readonly Record<string, string>[] = [{ A: "1" }, { NODE_ENV: "production", NODE_PATH: "/opt/x" }, { TZ: "Europe/Paris" }, { HOME: "/tmp" }, { NODE_TLS_REJECT_UNAUTHORIZED: "0" }];
    for (const env of later) expect(of(node, env)?.key, JSON.stringify(env)).toBe(key);
    const early: readonly Record<string, string>[] = [{ NODE_OPTIONS: "--no-warnings" }, { LANG: "de_DE.UTF-8" }, { UV_THREADPOOL_SIZE: "8" }, { NODE_DEBUG: "http" }, { LC_ALL: "C" }];
    for (const env of early) expect(of(node, env)?.key, JSON.stringify(env)).not.toBe(key);
    expect(of(python, { PYTHONPATH: "/var/task/x" })?.key).toBe(of(python)?.key);
    expect(of(python, { PYTHONHASHSEED: "1" })?.key).not.toBe(of(python)?.key);
    for (const more of [{ tmpMb: 1024 }, { opt: "/layers" }, { packages: ["boto3"] }]) expect(of(node, {}, more)?.key, JSON.stringify(more)).not.toBe(key);
    expect(of(node, {}, { opt: "/layers" })?.program.vacant).toEqual(["/var/task", "/opt"]);
  });

  test("is nothing where files of the function are read at the start, or something else starts it", () => {
    const files: readonly Record<string, string>[] = [{ NODE_OPTIONS: "--require /opt/x.js" }, { NODE_OPTIONS: "--no-warnings --import instrument" }, { NODE_OPTIONS: "-r ./x.js" }, { LD_PRELOAD: "/var/task/x.so" }, { LD_LIBRARY_PATH: "/var/task/own" }, { NODE_EXTRA_CA_CERTS: "/var/task/ca.pem" }, { AWS_LAMBDA_EXEC_WRAPPER: "/opt/wrap" }, { NODE_USE_ENV_PROXY: "1" }];
    for (const env of files) expect(of(node, env), JSON.stringify(env)).toBeUndefined();
    expect(of(python, { PYTHONHOME: "/var/task/python" })).toBeUndefined();
    for (const runtime of [{ ...node, family: "provided" } as const, python2, ruby]) expect(of(runtime)).toBeUndefined();
  });
});
