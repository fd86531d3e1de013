// Names of container images: which registry, which repository, which tag or digest.

export interface RepositoryPath {
  /** Twelve digits; undefined where the address does not tell. */
  readonly account: string | undefined;
  readonly region: string | undefined;
  readonly repository: string;
}

export interface ImageName extends RepositoryPath {
  /** With the port, as written. */
  readonly host: string;
  /** Host and path, without tag and digest. */
  readonly base: string;
  readonly tag: string | undefined;
  /** `sha256:` and 64 hex digits. */
  readonly digest: string | undefined;
}

/** AWS: letters, digits and single separators in segments parted by slashes; 2 to 256 characters. */
const REPOSITORY = /^(?=.{2,256}$)(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const HOST_OF_ACCOUNT = /^(\d{12})\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?(?::\d+)?$/;
/** Where one address serves all accounts and regions, those that are not the server's own stand before the repository. */
const PATH_OF_ACCOUNT = /^(\d{12})\/([a-z]{2,4}(?:-[a-z]+)+-\d)\/(.+)$/;

export const isRepositoryName = (text: string): boolean => REPOSITORY.test(text);
export const isTag = (text: string): boolean => TAG.test(text);

/** The account and region whose registry a host is; undefined for an address that serves all. */
export function registryOfHost(host: string): { readonly account: string; readonly region: string } | undefined {
  const [, account, region] = HOST_OF_ACCOUNT.exec(host.toLowerCase()) ?? [];
  return account === undefined || region === undefined ? undefined : { account, region };
}

/** Reads a repository as it stands in an address of `host`. */
export function repositoryAt(host: string, path: string): RepositoryPath {
  const registry = registryOfHost(host);
  if (registry) return { ...registry, repository: path };
  const [, account, region, repository = path] = PATH_OF_ACCOUNT.exec(path) ?? [];
  return { account, region, repository };
}

/** Reads `host/repository[:tag][@digest]`; undefined for what is no such name. */
export function parseImageName(text: string): ImageName | undefined {
  const [, base = "", host = "", path = "", tag, digest] = /^((\[?[A-Za-z0-9.:-]+\]?(?::\d+)?)\/([^:@]+))(?::([^@]+))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(text) ?? [];
  const at = repositoryAt(host, path);
  if (!isRepositoryName(at.repository) || (tag !== undefined && !isTag(tag))) return undefined;
  return { ...at, host, base, tag, digest };
}
