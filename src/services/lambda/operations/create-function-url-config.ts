// CreateFunctionUrlConfig: an HTTP address for a function or one of its aliases.
import { functionArn } from "../../../kernel/arn.ts";
import { Fault, fault } from "../../../kernel/fault.ts";
import type { Op } from "../op.ts";
import { newUrlId } from "../urls/address.ts";
import { changeUrl, noFunction, urlRefOf, urlView } from "../urls/configs.ts";
import { corsOf } from "../urls/cors.ts";

export const createFunctionUrlConfig: Op<"CreateFunctionUrlConfig"> = async (input, context) => {
  const ref = urlRefOf(input, context);
  const { heart, clock } = context;
  await heart.versionOf(ref).catch((error: unknown) => {
    throw error instanceof Fault && error.code === "ResourceNotFoundException" ? noFunction() : error;
  });
  const now = clock.now();
  const url = { id: newUrlId(), authType: input.AuthType ?? "NONE", invokeMode: input.InvokeMode ?? "BUFFERED", cors: corsOf(input.Cors), createdMs: now, modifiedMs: now };
  const made = await changeUrl(context, ref, (current) => {
    if (!current) return url;
    const message = `Failed to create function url config for [functionArn = ${functionArn(ref, ref.qualifier)}]. Error message:  FunctionUrlConfig exists for this Lambda function`;
    throw fault("ResourceConflictException", { message, Type: "User" });
  });
  if (!made) throw noFunction();
  const { LastModifiedTime: _modified, ...view } = urlView(ref, made, context.endpoint);
  return view;
};
