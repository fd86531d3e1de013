// The settings of function URLs as the API shows them, and the function they belong to.
import type { FunctionRef, FunctionUrl } from "../../../functions/function.ts";
import { functionArn } from "../../../kernel/arn.ts";
import { fault, type Fault } from "../../../kernel/fault.ts";
import { own } from "../../../kernel/own.ts";
import { refOf } from "../function-name.ts";
import type { LambdaContext } from "../op.ts";
import { urlText } from "./address.ts";
import { corsView } from "./cors.ts";

/** The function or alias that is meant. `$LATEST` is what no qualifier means. */
export function urlRefOf(input: { readonly FunctionName?: string; readonly Qualifier?: string }, context: LambdaContext): FunctionRef {
  const { qualifier, ...ref } = refOf(input.FunctionName, input.Qualifier, context);
  return qualifier === undefined || qualifier === "$LATEST" ? ref : { ...ref, qualifier };
}

/** The qualifier's address, changed; undefined when it has gone or there is no such function. A Fault that `decide` throws passes. */
export async function changeUrl({ heart }: LambdaContext, ref: FunctionRef, decide: (current: FunctionUrl | undefined) => FunctionUrl | undefined): Promise<FunctionUrl | undefined> {
  const qualifier = ref.qualifier ?? "$LATEST";
  const record = await heart.registry.change(ref, ({ urls = {} }) => {
    const { [qualifier]: _, ...others } = urls;
    const current = own(urls, qualifier);
    const next = decide(current);
    return { urls: next ? { ...others, [qualifier]: next } : others };
  });
  return own(record?.urls, qualifier);
}

export const urlView = (ref: FunctionRef, url: FunctionUrl, endpoint: string) => ({
  FunctionUrl: urlText(url.id, endpoint),
  FunctionArn: functionArn(ref, ref.qualifier),
  AuthType: url.authType,
  ...(url.cors ? { Cors: corsView(url.cors) } : {}),
  CreationTime: new Date(url.createdMs).toISOString(),
  LastModifiedTime: new Date(url.modifiedMs).toISOString(),
  InvokeMode: url.invokeMode,
});

export const noUrl = (): Fault => fault("ResourceNotFoundException", { message: "The resource you requested does not exist.", Type: "User" });

export const noFunction = (): Fault => fault("ResourceNotFoundException", { message: "Function does not exist", Type: "User" });
