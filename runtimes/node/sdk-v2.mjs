// Version 2 of the AWS SDK for JavaScript does not know AWS_ENDPOINT_URL; it is told when a function first loads it.
import Module, { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/** From now on a loaded `aws-sdk` talks to what AWS_ENDPOINT_URL is by then, with buckets in the path. */
export function pointSdkAtEndpoint() {
  const told = new Set();
  const load = Module._load;
  const tell = (loaded, parentFile) => {
    const endpoint = process.env.AWS_ENDPOINT_URL;
    if (!endpoint) return;
    const core = hasConfig(loaded) ? loaded : coreBeside(parentFile);
    if (!core || told.has(core.config)) return;
    told.add(core.config);
    core.config.update({ endpoint, s3ForcePathStyle: true });
  };
  Module._load = function loadAndTell(request, parent, isMain) {
    const loaded = load.call(this, request, parent, isMain);
    if (isSdk(request)) tell(loaded, parent && parent.filename);
    return loaded;
  };
  if (Module.registerHooks) Module.registerHooks({ resolve: tellingResolve(tell) });
}

/** ES modules do not come through Module._load: the SDK is loaded, and told, just before the import that asks for it. */
function tellingResolve(tell) {
  let loading = false;
  return (specifier, context, next) => {
    const found = next(specifier, context);
    if (loading || !isSdk(specifier) || !found.url.startsWith("file:") || context.conditions.includes("require")) return found;
    loading = true;
    try {
      const file = fileURLToPath(found.url);
      tell(createRequire(file)(file), file);
    } finally {
      loading = false;
    }
    return found;
  };
}

const isSdk = (request) => request === "aws-sdk" || request.startsWith("aws-sdk/");

const hasConfig = (loaded) => Boolean(loaded && loaded.config && typeof loaded.config.update === "function");

/** `require("aws-sdk/clients/s3")` gives a class; the settings live in the core beside it. */
function coreBeside(parentFile) {
  try {
    const core = createRequire(parentFile)("aws-sdk/global");
    return hasConfig(core) ? core : undefined;
  } catch {
    return undefined;
  }
}
