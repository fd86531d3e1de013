// GetFunction: configuration, where to fetch the code, tags, reserved concurrency.
import { notFound } from "../faults.ts";
import { refOf } from "../function-name.ts";
import type { Op } from "../op.ts";
import { configurationView, imageView } from "../views.ts";

export const getFunction: Op<"GetFunction"> = async ({ FunctionName, Qualifier }, context) => {
  const ref = refOf(FunctionName, Qualifier, context);
  const version = await context.heart.versionOf(ref);
  const record = await context.heart.registry.find(ref);
  if (!record) throw notFound(ref);
  return {
    Configuration: await configurationView(version, context, ref.qualifier),
    Code: version.code.image ? imageView(version.code.image) : { RepositoryType: "S3", Location: await context.codeLinks.linkTo(version.code.blobId, context.endpoint) },
    ...(record.concurrency.reserved === undefined ? {} : { Concurrency: { ReservedConcurrentExecutions: record.concurrency.reserved } }),
    ...(Object.keys(record.tags).length > 0 ? { Tags: { ...record.tags } } : {}),
  };
};
