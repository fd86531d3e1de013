// The version of this Fugaz, from package.json, for the health page, `--version` and the Server header.
import { readFileSync } from "node:fs";

export const projectDir = new URL("../../", import.meta.url);

export const { version } = JSON.parse(readFileSync(new URL("package.json", projectDir), "utf8")) as { readonly version: string };
