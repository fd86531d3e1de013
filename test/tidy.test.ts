// The house rules that a machine can judge; the table is the one in ARCHITECTURE.md.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");

interface Source {
  /** Relative to the project, `src/wire/router.ts`. */
  readonly path: string;
  readonly text: string;
  /** Project files it imports, relative to the project; type imports included. */
  readonly imports: readonly string[];
  /** Packages and built-ins it imports. */
  readonly packages: readonly string[];
}

const sources = [...list("src"), ...list("runtimes"), ...list("test"), ...list("bench"), ...list("tools")].map(read);
const inSrc = sources.filter(({ path }) => path.startsWith("src/"));
/** Tests, and the servers and sandboxes that only tests start. */
const forTests = (path: string): boolean => /(\.test|-for-test)\.ts$/.test(path);
const shipped = inSrc.filter(({ path }) => !forTests(path));

const may: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  ports: ["kernel"],
  engines: ["ports", "kernel"],
  sandboxes: ["ports", "kernel"],
  wire: ["kernel"],
  functions: ["ports", "kernel"],
  triggers: ["functions", "ports", "kernel"],
  services: ["functions", "triggers", "ports", "wire", "kernel"],
  clouds: ["functions", "triggers", "ports", "kernel", "wire"],
  admin: ["functions", "triggers", "ports", "kernel", "wire"],
};

describe("the rooms", () => {
  test("import only what the table of ARCHITECTURE.md allows", () => {
    const trespasses = shipped.flatMap(({ path, imports }) =>
      imports.filter((target) => !allowed(path, target)).map((target) => `${path} imports ${target}`),
    );
    expect(trespasses).toEqual([]);
  });

  test("what runs inside a sandbox imports nothing of the server", () => {
    const trespasses = sources.filter(({ path }) => path.startsWith("runtimes/") && !forTests(path)).filter(({ imports }) => imports.some((target) => target.startsWith("src/")));
    expect(trespasses.map(({ path }) => path)).toEqual([]);
  });

  test("have no import cycles", () => {
    expect(cycles(inSrc)).toEqual([]);
  });

  test("keep databases in the engines and processes in the sandboxes", () => {
    const strangers = shipped.filter(
      ({ path, packages }) =>
        (packages.includes("node:sqlite") && !path.startsWith("src/engines/")) ||
        (packages.includes("node:child_process") && !path.startsWith("src/sandboxes/") && !path.startsWith("src/main/")),
    );
    expect(strangers.map(({ path }) => path)).toEqual([]);
  });

  test("read the environment and the machine's clock only in main", () => {
    const reads = shipped.filter(({ path }) => !path.startsWith("src/main/")).filter(({ text }) => /\bprocess\.env\b|\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(/.test(code(text)));
    expect(reads.map(({ path }) => path)).toEqual([]);
  });

  test("have names that say what they are", () => {
    const vague = sources.filter(({ path }) => /(^|\/)(utils?|helpers?|common|misc|shared|lib)(\/|\.|-)/.test(path));
    expect(vague.map(({ path }) => path)).toEqual([]);
  });
});

describe("the files", () => {
  test("have at most 300 lines", () => {
    const long = sources.filter(({ text }) => text.split("\n").length > 301).map(({ path, text }) => `${path}: ${text.split("\n").length}`);
    expect(long).toEqual([]);
  });

  test("are named in kebab-case", () => {
    expect(sources.filter(({ path }) => /[A-Z_ ]/.test(path.replace(/^runtimes\/python\//, ""))).map(({ path }) => path)).toEqual([]);
  });

  test("open with a sentence that says why they exist", () => {
    const silent = [...shipped, ...sources.filter(({ path }) => /^(runtimes|tools|bench)\//.test(path) && !forTests(path))].filter(({ text }) => !/^(#!.*\n)?(\/\/|\/\*\*?|"""|# )\s*\S+/.test(text));
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  test("export nothing that nobody imports", () => {
    const dead = shipped.flatMap((source) => exportsOf(source).filter((name) => !importedSomewhere(source, name)).map((name) => `${source.path}: ${name}`));
    expect(dead).toEqual([]);
  });

  test("use neither any, nor non-null assertions, nor enums", () => {
    const loose = shipped.filter(({ text }) => /(:|as|<)\s*any\b|[\w)\]]!(\.|\[|;|,|\))|^\s*(export )?(const )?enum /m.test(code(text)));
    expect(loose.map(({ path }) => path)).toEqual([]);
  });
});

describe("the services", () => {
  const operations = shipped.filter(({ path }) => /^src\/services\/[^/]+\/operations\//.test(path));

  test("have each operation in a file of its name, served by its room", () => {
    const strays = operations.filter(({ path }) => {
      const name = camel(path.slice(path.lastIndexOf("/") + 1, -3));
      const room = path.split("/").slice(0, 3).join("/");
      const service = sources.find((source) => source.path === `${room}/service.ts`);
      return !new RegExp(`\\b${name}\\b`).test(service?.text ?? "");
    });
    expect(strays.map(({ path }) => path)).toEqual([]);
  });

  test("have every operation driven by a test", () => {
    const tests = sources.filter(({ path }) => path.endsWith(".test.ts")).map(({ text }) => text).join("\n");
    const untested = shipped
      .filter(({ path }) => /^src\/services\/[^/]+\/service\.ts$/.test(path))
      .flatMap(({ path, text }) => [...text.matchAll(/^\s+([A-Z]\w+)(:|,$)/gm)].map((match) => ({ path, operation: match[1] ?? "" })))
      .filter(({ operation }) => !new RegExp(`\\b(${operation}(Command)?|${camelFirst(operation)}|${snake(operation)}|${kebab(operation)})\\b`).test(tests));
    expect(untested.map(({ path, operation }) => `${path}: ${operation}`)).toEqual([]);
  });
});

test("without services and clouds the heart still stands: nothing it needs lies there", () => {
  const reached = closure(shipped.filter(({ path }) => /^src\/(functions|triggers|engines|sandboxes)\//.test(path)).map(({ path }) => path));
  expect([...reached].filter((path) => /^src\/(services|clouds|wire|main)\//.test(path))).toEqual([]);
});

function list(dir: string): readonly string[] {
  return readdirSync(join(root, dir), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|mjs|cjs|js|py|rb)$/.test(entry.name) && !entry.parentPath.includes("__pycache__"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

function read(path: string): Source {
  const text = readFileSync(join(root, path), "utf8");
  const specifiers = [...text.matchAll(/(?:^|\n)\s*(?:import|export)\b[^;'"`]*?from\s*["']([^"']+)["']|(?:^|\n)\s*import\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)|new URL\(\s*["'](\.[^"']+\.ts)["']\s*,\s*import\.meta\.url/g)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? match[4] ?? "",
  );
  const local = specifiers.filter((specifier) => specifier.startsWith("."));
  return {
    path,
    text,
    imports: local.map((specifier) => relative(root, resolve(root, dirname(path), specifier))),
    packages: specifiers.filter((specifier) => !specifier.startsWith(".")),
  };
}

function allowed(from: string, to: string): boolean {
  if (!to.startsWith("src/")) return false;
  const [, fromRoom = "", fromService] = from.split("/");
  const [, toRoom = "", toService] = to.split("/");
  if (fromRoom === "main") return true;
  if (fromRoom === "services" && toRoom === "services") return fromService === toService;
  if (fromRoom === "engines" && toRoom === "engines") return fromService === toService;
  return fromRoom === toRoom || (may[fromRoom] ?? []).includes(toRoom);
}

/** Source without comments and string contents, so that prose does not count. */
function code(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|(^|[\s;{(,])\/\/[^\n]*/g, "$1").replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, '""');
}

function exportsOf({ text }: Source): readonly string[] {
  return [...text.matchAll(/^export (?:declare )?(?:async )?(?:const|let|function\*?|class|interface|type|abstract class) (\w+)/gm)].map((match) => match[1] ?? "");
}

function importedSomewhere(source: Source, name: string): boolean {
  const word = new RegExp(`\\b${name}\\b`);
  return (
    sources.some((other) => other.path !== source.path && other.imports.includes(source.path) && word.test(other.text)) ||
    // A type that another export of the same file mentions is part of that export's signature.
    (/^export (interface|type) /m.test(source.text) && new RegExp(`^export (interface|type) ${name}\\b`, "m").test(source.text) && [...source.text.matchAll(new RegExp(`\\b${name}\\b`, "g"))].length > 1)
  );
}

function cycles(files: readonly Source[]): readonly string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      found.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
      return;
    }
    if (done.has(path)) return;
    for (const next of byPath.get(path)?.imports ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const { path } of files) visit(path, []);
  return found;
}

function closure(start: readonly string[]): ReadonlySet<string> {
  const reached = new Set(start);
  for (const path of reached) for (const next of sources.find((source) => source.path === path)?.imports ?? []) reached.add(next);
  return reached;
}

const camel = (kebabName: string): string => kebabName.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
const camelFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
const kebab = (name: string): string => name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, "-").toLowerCase();
const snake = (name: string): string => kebab(name).replaceAll("-", "_");
