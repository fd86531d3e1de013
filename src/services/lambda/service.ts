// The Lambda service: every operation it has, by name. What is missing here answers 501 naming itself.
import { defineService } from "../../wire/service.ts";
import type { LambdaDeps } from "./op.ts";
import { addPermission } from "./operations/add-permission.ts";
import { createFunction } from "./operations/create-function.ts";
import { createFunctionUrlConfig } from "./operations/create-function-url-config.ts";
import { deleteFunction } from "./operations/delete-function.ts";
import { deleteFunctionUrlConfig } from "./operations/delete-function-url-config.ts";
import { getAccountSettings } from "./operations/get-account-settings.ts";
import { getFunctionCodeSigningConfig } from "./operations/get-function-code-signing-config.ts";
import { getFunctionConcurrency } from "./operations/get-function-concurrency.ts";
import { getFunctionConfiguration } from "./operations/get-function-configuration.ts";
import { getFunction } from "./operations/get-function.ts";
import { getFunctionUrlConfig } from "./operations/get-function-url-config.ts";
import { getPolicy } from "./operations/get-policy.ts";
import { invokeAsync } from "./operations/invoke-async.ts";
import { invokeWithResponseStream } from "./operations/invoke-with-response-stream.ts";
import { invoke } from "./operations/invoke.ts";
import { listFunctionUrlConfigs } from "./operations/list-function-url-configs.ts";
import { listFunctions } from "./operations/list-functions.ts";
import { listTags } from "./operations/list-tags.ts";
import { removePermission } from "./operations/remove-permission.ts";
import { tagResource } from "./operations/tag-resource.ts";
import { untagResource } from "./operations/untag-resource.ts";
import { updateFunctionCode } from "./operations/update-function-code.ts";
import { updateFunctionConfiguration } from "./operations/update-function-configuration.ts";
import { updateFunctionUrlConfig } from "./operations/update-function-url-config.ts";

export const lambda = defineService<LambdaDeps>("lambda", {
  AddPermission: addPermission,
  CreateFunction: createFunction,
  CreateFunctionUrlConfig: createFunctionUrlConfig,
  DeleteFunction: deleteFunction,
  DeleteFunctionUrlConfig: deleteFunctionUrlConfig,
  GetAccountSettings: getAccountSettings,
  GetFunction: getFunction,
  GetFunctionCodeSigningConfig: getFunctionCodeSigningConfig,
  GetFunctionConcurrency: getFunctionConcurrency,
  GetFunctionConfiguration: getFunctionConfiguration,
  GetFunctionUrlConfig: getFunctionUrlConfig,
  GetPolicy: getPolicy,
  Invoke: invoke,
  InvokeAsync: invokeAsync,
  InvokeWithResponseStream: invokeWithResponseStream,
  ListFunctionUrlConfigs: listFunctionUrlConfigs,
  ListFunctions: listFunctions,
  ListTags: listTags,
  RemovePermission: removePermission,
  TagResource: tagResource,
  UntagResource: untagResource,
  UpdateFunctionCode: updateFunctionCode,
  UpdateFunctionConfiguration: updateFunctionConfiguration,
  UpdateFunctionUrlConfig: updateFunctionUrlConfig,
});
