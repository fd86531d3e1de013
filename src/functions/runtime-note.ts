// What a person should know about the runtime of a function that did not get the version its name promises.
import type { Runtime, RuntimeFamily } from "../ports/runtimes.ts";

const languages: Readonly<Record<RuntimeFamily, string>> = { node: "Node.js", python: "Python", ruby: "Ruby", java: "Java", go: "Go", provided: "" };

/** One sentence, for the function's state and its log; undefined when there is nothing to say. */
export const runtimeNote = ({ name, family, version, exact }: Runtime): string | undefined =>
  exact ? undefined : `The runtime ${name} runs on ${languages[family]} ${version} here, the nearest version on this machine; \`fugaz runtime add ${name}\` installs the exact one or says how.`;
