// Models are data on disk, read when a service is first spoken to, so that start-up pays for none of them.
import { readFileSync } from "node:fs";
import type { Model, ModelSummary } from "../model.ts";

/** What routing needs to know of every service, without loading the models. Reads the disk at each call. */
export function loadModelIndex(): readonly ModelSummary[] {
  return JSON.parse(readFileSync(new URL("index.json", import.meta.url), "utf8")) as ModelSummary[];
}

/** The model of a service by its id, kept in the caller's cache. An unknown id is a bug: routing works from the index. */
export function loadModel(id: string, cache: Map<string, Model>): Model {
  const known = cache.get(id);
  if (known) return known;
  const model = JSON.parse(readFileSync(new URL(`${id}.json`, import.meta.url), "utf8")) as Model;
  cache.set(id, model);
  return model;
}
