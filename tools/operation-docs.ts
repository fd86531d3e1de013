// What `docs/<service>.md` says about operations, found out rather than typed: handlers from the service value, the rest from the model, refusals from the source, tests from test/clients/.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { Model } from "../src/wire/model.ts";
import { loadModel } from "../src/wire/models/load-model.ts";
import type { Service } from "../src/wire/service.ts";

const root = resolve(import.meta.dirname, "..");
const BEGIN = "<!-- operations: written by `npm run docs` -->";
const END = "<!-- end of operations -->";
/** Test files named per operation; more say nothing new. */
const TESTS_SHOWN_MAX = 3;

interface ServiceDoc {
  readonly id: string;
  /** `docs/lambda.md` */
  readonly path: string;
  /** The page as it should be: the prose that is there, with the table of today. */
  readonly text: string;
  /** Operations that have a handler and no test through an official client. */
  readonly untested: readonly string[];
}

/** One page per service that src/main/services.ts names. */
export async function operationDocs(): Promise<readonly ServiceDoc[]> {
  const rooms = [...new Set([...read("src/main/services.ts").matchAll(/\.\.\/services\/([\w-]+)\/service\.ts/g)].map(([, room = ""]) => room))].toSorted();
  const tests = readdirSync(join(root, "test/clients")).filter((name) => name.endsWith(".test.ts")).toSorted().map((name) => ({ name, text: read(`test/clients/${name}`) }));
  return Promise.all(rooms.map((room) => documentRoom(room, tests)));
}

interface TestFile {
  readonly name: string;
  readonly text: string;
}

async function documentRoom(room: string, tests: readonly TestFile[]): Promise<ServiceDoc> {
  const service = await serviceOf(room);
  const model = loadModel(service.id, new Map());
  const client = clientOf(room, service.id);
  const spoken = tests.map(({ name, text }) => ({ name, sends: senderOf(text, client, service.id) }));
  const untested: string[] = [];
  const rows = Object.keys(model.operations).toSorted().map((operation) => {
    if (!Object.hasOwn(service.handlers, operation)) return `| ${operation} | 501 | |`;
    const testedBy = spoken.filter(({ sends }) => sends(operation)).map(({ name }) => name);
    if (testedBy.length === 0) untested.push(operation);
    const refused = refusalsOf(room, operation).filter(concerns(model, operation));
    const state = refused.length === 0 ? "works" : `partly; refused by name: ${refused.join(", ")}`;
    return `| ${operation} | ${state} | ${testedBy.slice(0, TESTS_SHOWN_MAX).map((name) => `[${name.replace(".test.ts", "")}](../test/clients/${name})`).join(", ")} |`;
  });
  const handled = Object.keys(service.handlers).filter((operation) => Object.hasOwn(model.operations, operation)).length;
  const table = [BEGIN, `${handled} of ${rows.length} operations have a handler.`, "", "| operation | state | tested by |", "|---|---|---|", ...rows, END].join("\n");
  const path = `docs/${service.id}.md`;
  return { id: service.id, path, text: withTable(path, model.serviceId, table), untested };
}

/** Keeps everything around the table; a page that is not there yet begins with its title. */
function withTable(path: string, title: string, table: string): string {
  const page = existsSync(join(root, path)) ? read(path) : `# ${title}\n\n${BEGIN}\n${END}\n`;
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${path} has no place for the table: it needs the lines ${BEGIN} and ${END}`);
  return page.slice(0, begin) + table + page.slice(end + END.length);
}

async function serviceOf(room: string): Promise<Service<unknown>> {
  const exported = (await import(`../src/services/${room}/service.ts`)) as Readonly<Record<string, unknown>>;
  const found = Object.values(exported).find((value): value is Service<unknown> => typeof value === "object" && value !== null && "id" in value && "handlers" in value);
  if (!found) throw new Error(`src/services/${room}/service.ts exports no service`);
  return found;
}

/** The official client whose types the room's operations have. */
function clientOf(room: string, id: string): string {
  const types = `src/services/${room}/op.ts`;
  return (existsSync(join(root, types)) ? /@aws-sdk\/client-[\w-]+/.exec(read(types))?.[0] : undefined) ?? `@aws-sdk/client-${id}`;
}

/** Whether a test file sends an operation: by the JavaScript client, boto3 or the AWS CLI of this very service. */
function senderOf(text: string, client: string, id: string): (operation: string) => boolean {
  const imports = [...text.matchAll(/^import\s[^;]*?from "([^"]+)";/gm)];
  const fromClient = imports.filter(([, from]) => from === client).map(([statement]) => statement).join("\n");
  const body = imports.reduce((rest, [statement]) => rest.replace(statement, ""), text);
  // Some tests go through tables of names, and build each command from the client's whole module.
  const byName = /import \* as /.test(fromClient);
  const byBoto = new RegExp(`client\\(\\s*["']${id}["']`).test(body);
  return (operation) => {
    const word = (name: string, within: string): boolean => new RegExp(`\\b${name}\\b`).test(within);
    if (word(`${operation}Command`, fromClient) && word(`${operation}Command`, body)) return true;
    if (byName && new RegExp(`["']${operation}["']|\\.${operation}Command\\b`).test(body)) return true;
    if (byBoto && new RegExp(`\\.${snake(operation)}\\(`).test(body)) return true;
    // Uploads by form are sent by no client's command.
    if (operation === "PostObject" && fromClient !== "" && body.includes("PostObject")) return true;
    return new RegExp(`["'](${id}|${id}api)["'],\\s*["']${kebab(operation)}["']`).test(body);
  };
}

/** What an operation refuses with a 501 that names it: the refusals in its file, and, of one that changes something, in the files of its room that it uses. */
function refusalsOf(room: string, operation: string): readonly string[] {
  const base = `src/services/${room}`;
  const own = `${base}/operations/${kebab(operation)}.ts`;
  if (!existsSync(join(root, own))) return [];
  const reached = new Set([own]);
  if (!/^(Get|Head|List|Describe|Delete)/.test(operation)) {
    for (const path of reached) {
      for (const [, specifier = ""] of read(path).matchAll(/from "(\.[^"]+)"/g)) {
        const target = relative(root, resolve(root, dirname(path), specifier));
        if (target.startsWith(`${base}/`) && existsSync(join(root, target))) reached.add(target);
      }
    }
  }
  return [...new Set([...reached].flatMap((path) => refusalsIn(read(path))))].toSorted();
}

/** `notYet("VpcConfig")`, `notBuilt("A copy from …")`, and `refuse(input, ["Policy", …])`. */
function refusalsIn(source: string): readonly string[] {
  const single = [...source.matchAll(/\bnot(?:Yet|Built)\(\s*["`]([^"`$]+)/g)].map(([, text = ""]) => text.trim().replace(/^(A|The) /, ""));
  const listed = [...source.matchAll(/\brefuse\(\w+, \[([^\]]*)\]/g)].flatMap(([, names = ""]) => [...names.matchAll(/"(\w+)"/g)].map(([, name = ""]) => name));
  return [...single, ...listed];
}

/** A refusal that begins with the name of a member concerns the operations that have this member; what files share, not all of their users can be told. */
function concerns({ shapes, operations }: Model, operation: string): (refusal: string) => boolean {
  const everywhere = new Set(Object.values(shapes).flatMap((shape) => (shape.type === "structure" ? Object.keys(shape.members) : [])));
  const own = new Set<string>();
  const reached = new Set([operations[operation]?.input ?? ""]);
  for (const name of reached) {
    const shape = shapes[name];
    if (shape?.type === "list") reached.add(shape.member.shape);
    if (shape?.type !== "structure") continue;
    for (const [member, { shape: of }] of Object.entries(shape.members)) {
      own.add(member);
      reached.add(of);
    }
  }
  return (refusal) => {
    const [word = ""] = refusal.split(" ");
    return !everywhere.has(word) || own.has(word);
  };
}

const read = (path: string): string => readFileSync(join(root, path), "utf8");
const kebab = (name: string): string => name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, "-").toLowerCase();
const snake = (name: string): string => kebab(name).replaceAll("-", "_");
