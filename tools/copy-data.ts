// Copies what the compiler leaves behind into dist/: the generated wire models, which are read as files.
import { cp } from "node:fs/promises";

const project = new URL("../", import.meta.url);
await cp(new URL("src/wire/models/", project), new URL("dist/wire/models/", project), { recursive: true, filter: (path) => !path.endsWith(".ts") });
