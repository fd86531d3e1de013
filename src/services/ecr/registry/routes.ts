// The addresses of the distribution protocol, told apart by their ends: a repository's name may have any number of slashes.

export type Route =
  | { readonly kind: "version" }
  | { readonly kind: "catalog" }
  | { readonly kind: "tags"; readonly path: string }
  | { readonly kind: "manifest"; readonly path: string; readonly reference: string }
  | { readonly kind: "blob"; readonly path: string; readonly digest: string }
  | { readonly kind: "referrers"; readonly path: string }
  | { readonly kind: "uploads"; readonly path: string }
  | { readonly kind: "upload"; readonly path: string; readonly upload: string };

const forms: readonly (readonly [RegExp, (path: string, last: string) => Route])[] = [
  [/^(.+)\/tags\/list$/, (path) => ({ kind: "tags", path })],
  [/^(.+)\/referrers\/[^/]+$/, (path) => ({ kind: "referrers", path })],
  [/^(.+)\/blobs\/uploads\/?$/, (path) => ({ kind: "uploads", path })],
  [/^(.+)\/blobs\/uploads\/([0-9a-f-]+)$/, (path, upload) => ({ kind: "upload", path, upload })],
  [/^(.+)\/blobs\/([^/]+)$/, (path, digest) => ({ kind: "blob", path, digest })],
  [/^(.+)\/manifests\/([^/]+)$/, (path, reference) => ({ kind: "manifest", path, reference })],
];

/** `path` is the request's, still encoded. Undefined for what is no address of this protocol. */
export function routeOf(rawPath: string): Route | undefined {
  if (rawPath === "/v2/" || rawPath === "/v2") return { kind: "version" };
  if (!rawPath.startsWith("/v2/")) return undefined;
  const rest = rawPath.slice("/v2/".length).replaceAll(/%3a/gi, ":").replaceAll(/%2b/gi, "+");
  if (rest === "_catalog") return { kind: "catalog" };
  for (const [form, make] of forms) {
    const match = form.exec(rest);
    if (match) return make(match[1] ?? "", match[2] ?? "");
  }
  return undefined;
}
