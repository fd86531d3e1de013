// Version 2 of the AWS SDK for JavaScript does not know AWS_ENDPOINT_URL; it is told when a function first requires it.
import Module from "node:module";

/** From now on a loaded `aws-sdk` talks to `endpoint`, with buckets in the path. */
export function pointSdkAt(endpoint) {
  const load = Module._load;
  const told = new Set();
  Module._load = function loadAndTell(request, parent, isMain) {
    const loaded = load.call(this, request, parent, isMain);
    if (request === "aws-sdk" || request.startsWith("aws-sdk/")) tell(loaded, parent);
    return loaded;
  };
  const tell = (loaded, parent) => {
    const core = loaded && loaded.config && typeof loaded.config.update === "function" ? loaded : sdkCore(load, parent);
    if (!core || told.has(core.config)) return;
    told.add(core.config);
    core.config.update({ endpoint, s3ForcePathStyle: true });
  };
}

/** `require("aws-sdk/clients/s3")` gives a class; the settings live in the core beside it. */
function sdkCore(load, parent) {
  try {
    const core = load.call(Module, "aws-sdk/global", parent, false);
    return core && core.config && typeof core.config.update === "function" ? core : undefined;
  } catch {
    return undefined;
  }
}
