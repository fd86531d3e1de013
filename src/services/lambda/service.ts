// The Lambda service: every operation it has, by name. What is missing here answers 501 naming itself.
import { defineService } from "../../wire/service.ts";
import type { LambdaDeps } from "./op.ts";
import { addPermission } from "./operations/add-permission.ts";
import { createFunction } from "./operations/create-function.ts";
import { deleteFunction } from "./operations/delete-function.ts";
import { getFunction } from "./operations/get-function.ts";
import { getFunctionConfiguration } from "./operations/get-function-configuration.ts";
import { getPolicy } from "./operations/get-policy.ts";
import { invoke } from "./operations/invoke.ts";
import { invokeAsync } from "./operations/invoke-async.ts";
import { listFunctions } from "./operations/list-functions.ts";
import { removePermission } from "./operations/remove-permission.ts";
import { updateFunctionCode } from "./operations/update-function-code.ts";
import { updateFunctionConfiguration } from "./operations/update-function-configuration.ts";

export const lambda = defineService<LambdaDeps>("lambda", {
  AddPermission: addPermission,
  CreateFunction: createFunction,
  DeleteFunction: deleteFunction,
  GetFunction: getFunction,
  GetFunctionConfiguration: getFunctionConfiguration,
  GetPolicy: getPolicy,
  Invoke: invoke,
  InvokeAsync: invokeAsync,
  ListFunctions: listFunctions,
  RemovePermission: removePermission,
  UpdateFunctionCode: updateFunctionCode,
  UpdateFunctionConfiguration: updateFunctionConfiguration,
});
