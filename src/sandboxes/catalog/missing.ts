// Why a runtime can not run here, and what a person can do about it.
import { promisedBy } from "./names.ts";
import { OLDEST_MAJOR } from "./find-node.ts";

export interface Circumstances {
  /** Versions of the family that are here although they do not serve. */
  readonly present: readonly string[];
  readonly strict: boolean;
  /** Whether the classes are here that Java functions need. */
  readonly javaClient: boolean;
}

/** One or two sentences. */
export function whyMissing(name: string, { present, strict, javaClient }: Circumstances): string {
  const promised = promisedBy(name);
  if (strict && present.length > 0 && (promised?.family !== "java" || javaClient))
    return `This machine has ${present.join(", ")}, and the server was started with --strict-runtimes, which takes no other version. \`fugaz runtime add ${name}\` installs the right one or says how.`;
  switch (promised?.family) {
    case "node":
      return `There is no Node.js here that is new enough (${OLDEST_MAJOR} or newer). \`fugaz runtime add nodejs24.x\` installs one.`;
    case "python":
      return promised.version < 300
        ? "There is no Python 2.7 here, and Python 3 does not run Python 2 code. Install one (pyenv install 2.7.18; distributions have dropped it), or move the function to python3.x."
        : "There is no Python 3 here. On Debian and Ubuntu: apt-get install python3.";
    case "ruby":
      return "There is no Ruby here. On Debian and Ubuntu: apt-get install ruby.";
    case "java":
      return present.length > 0
        ? `Java functions need the runtime interface client of AWS, which Fugaz does not contain. \`fugaz runtime add ${name}\` fetches it once (five jars, 5 MB).`
        : `There is no Java here. On Debian and Ubuntu: apt-get install default-jre-headless; then \`fugaz runtime add ${name}\`.`;
    case undefined:
      return name.startsWith("dotnet") ? "Fugaz has no wrapper for .NET. A self-contained executable named bootstrap runs as provided.al2023." : "There is no runtime of that name.";
    case "go":
    case "provided":
      return "";
  }
}
