// The version of this Fugaz, from package.json, for the health page, `--version` and the Server header.
import { readFileSync } from "node:fs";
import { z } from "zod";

export const projectDir = new URL("../../", import.meta.url);

export const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(new URL("package.json", projectDir), "utf8")));
