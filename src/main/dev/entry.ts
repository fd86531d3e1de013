// Finds out what to run in a folder, from the names that its files usually have and from what they export.
import { access, constants, readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";

/** The beginning of the runtime names that can run it. */
export type Language = "nodejs" | "python" | "ruby" | "provided";

export interface Entry {
  readonly language: Language;
  /** Relative to the folder. */
  readonly file: string;
  /** As the function's settings name it. */
  readonly handler: string;
}

/** In the order of their claims. */
const stems: Readonly<Record<"nodejs" | "python" | "ruby", readonly string[]>> = {
  nodejs: ["index", "app", "handler", "lambda", "main"],
  python: ["lambda_function", "app", "handler", "main", "index"],
  ruby: ["lambda_function", "app", "main", "function", "handler"],
};
const endings = { nodejs: [".mjs", ".js", ".cjs"], python: [".py"], ruby: [".rb"] } as const;
/** What a handler is called, best first, when a file offers several. */
const handlerNames = ["handler", "lambda_handler", "lambdaHandler", "main"];

/** Undefined when the folder holds no function. */
export async function entryOf(folder: string): Promise<Entry | undefined> {
  const names = new Set(await readdir(folder).catch((): string[] => []));
  if (names.has("bootstrap") && (await executable(join(folder, "bootstrap")))) return { language: "provided", file: "bootstrap", handler: "bootstrap" };
  const file = (await mainOf(folder, names)) ?? firstOf("nodejs", names) ?? firstOf("python", names) ?? firstOf("ruby", names);
  if (file === undefined) return undefined;
  const language = languageOf(file);
  const text = await readFile(join(folder, file), "utf8").catch(() => "");
  return { language, file, handler: `${file.slice(0, -extname(file).length)}.${exported(language, text)}` };
}

/** What `entryOf` looks for, as one sentence for those who have none of it. */
export const whatIsLookedFor = `index, app or handler (.mjs, .js, .cjs), package.json with "main", lambda_function, app or handler (.py, .rb), or an executable bootstrap`;

async function mainOf(folder: string, names: ReadonlySet<string>): Promise<string | undefined> {
  if (!names.has("package.json")) return undefined;
  try {
    const { main } = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as { readonly main?: unknown };
    if (typeof main !== "string") return undefined;
    const file = main.replace(/^\.\//, "");
    for (const candidate of extname(file) === "" ? endings.nodejs.map((ending) => file + ending) : [file])
      if (languageOf(candidate) === "nodejs" && !candidate.startsWith("..") && (await exists(join(folder, candidate)))) return candidate;
  } catch {
    // A package.json that can not be read tells nothing; the function itself may not need it.
  }
  return undefined;
}

const firstOf = (language: keyof typeof stems, names: ReadonlySet<string>): string | undefined =>
  stems[language].flatMap((stem) => endings[language].map((ending) => stem + ending)).find((name) => names.has(name));

const languageOf = (file: string): Exclude<Language, "provided"> => (extname(file) === ".py" ? "python" : extname(file) === ".rb" ? "ruby" : "nodejs");

/** Which of a file's functions is the handler: the one with the usual name, else the only one there is. */
function exported(language: Language, text: string): string {
  const found = language === "nodejs" ? exportsOf(text) : [...text.matchAll(/^(?:async\s+)?def\s+(?:self\.)?([a-z_]\w*)/gm)].map((match) => match[1] ?? "");
  const usual = handlerNames.find((name) => found.includes(name));
  const only = found.length === 1 ? found[0] : undefined;
  return usual ?? only ?? (language === "nodejs" ? "handler" : "lambda_handler");
}

function exportsOf(text: string): readonly string[] {
  const named = [...text.matchAll(/\bexports\.(\w+)\s*=|\bexport\s+(?:async\s+)?(?:const|let|var|function\*?)\s+(\w+)/g)].map((match) => match[1] ?? match[2] ?? "");
  const listed = [...text.matchAll(/\bexport\s*\{([^}]*)\}|\bmodule\.exports\s*=\s*\{([^}]*)\}/g)].flatMap((match) =>
    (match[1] ?? match[2] ?? "").split(",").map((part) => part.split(/\bas\b/).at(-1)?.split(":")[0]?.trim() ?? ""),
  );
  return [...named, ...listed.filter((name) => /^\w+$/.test(name))];
}

const executable = (file: string): Promise<boolean> => access(file, constants.X_OK).then(() => true, () => false);
const exists = (file: string): Promise<boolean> => access(file).then(() => true, () => false);
