// Paths into an event: `$.detail.items[0].name`, `$.detail['first name']`, `$.resources[*]`.

export type Path = (value: unknown) => unknown;

/** Undefined when it is no path. A path that leads nowhere gives undefined; one with `*` gives a list. */
export function readPath(text: string): Path | undefined {
  if (!text.startsWith("$")) return undefined;
  const steps: Step[] = [];
  let rest = text.slice(1);
  while (rest !== "") {
    const match = /^(?:\.([\w/-]+)|\.?\[(\d{1,9})\]|\.?\[\s*'([^']*)'\s*\]|\.?\[\s*"([^"]*)"\s*\]|\.\*|\.?\[\*\])/u.exec(rest);
    if (!match) return undefined;
    const [all, name, index, single, double] = match;
    steps.push(name ?? single ?? double ?? (index === undefined ? EVERY : Number(index)));
    rest = rest.slice(all.length);
  }
  return (value) => walk(value, steps);
}

const EVERY = Symbol("every");
type Step = string | number | typeof EVERY;

function walk(value: unknown, steps: readonly Step[]): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  if (typeof value !== "object" || value === null) return undefined;
  if (step === EVERY) return Object.values(value).map((each) => walk(each, rest)).filter((found) => found !== undefined);
  if (Array.isArray(value)) return typeof step === "number" ? walk(value[step], rest) : undefined;
  return Object.hasOwn(value, step) ? walk((value as Readonly<Record<string, unknown>>)[step], rest) : undefined;
}
