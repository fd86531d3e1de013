// Which repositories and tags there are, in pages.
import { limits } from "../../../kernel/limits.ts";
import type { HttpReply } from "../../../wire/door.ts";
import { listTags } from "../images.ts";
import { listRepositories } from "../repositories.ts";
import { type Errand, json } from "./errand.ts";
import { ProtocolError } from "./errors.ts";

export async function listCatalog({ query, registry, scope }: Errand): Promise<HttpReply> {
  const size = pageSize(query);
  const found = await listRepositories(registry, scope, query.get("last"), Math.min(size + 1, limits.store.listMax));
  const names = found.slice(0, size).map(({ name }) => name);
  return json(200, { repositories: names }, size > 0 && found.length > size ? nextPage("/v2/_catalog", size, names) : {});
}

export async function listRepositoryTags({ query, registry, repository, path }: Errand): Promise<HttpReply> {
  const { value } = await repository();
  const size = pageSize(query);
  const last = query.get("last") ?? "";
  const rest = (await listTags(registry.store, value.id)).map(({ tag }) => tag).filter((tag) => tag > last);
  const tags = rest.slice(0, size);
  return json(200, { name: value.name, tags }, size > 0 && rest.length > size ? nextPage(`/v2/${path}/tags/list`, size, tags) : {});
}

function pageSize(query: ReadonlyMap<string, string>): number {
  const text = query.get("n");
  if (text !== undefined && !/^\d{1,9}$/.test(text)) throw new ProtocolError(400, "PAGINATION_NUMBER_INVALID", `'${text}' is no number of entries`);
  return Math.min(text === undefined ? limits.store.listMax - 1 : Number(text), limits.store.listMax - 1);
}

const nextPage = (path: string, size: number, page: readonly string[]): Readonly<Record<string, string>> => ({
  link: `<${path}?n=${size}&last=${encodeURIComponent(page.at(-1) ?? "")}>; rel="next"`,
});
