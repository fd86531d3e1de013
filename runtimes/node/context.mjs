// The context object a handler gets, member by member as the original builds it.

const W3C_FIELDS = ["traceparent", "tracestate", "baggage"];

/** Members that come from the environment and the invocation; the classic contract merges them into its own object. */
export function classicMembers(requestId, meta, env) {
  return {
    ...environmentMembers(env),
    clientContext: parse(meta.clientContext, "ClientContext"),
    identity: parse(meta.cognitoIdentity, "CognitoIdentity"),
    invokedFunctionArn: meta.invokedArn,
    awsRequestId: requestId,
    tenantId: meta.tenantId,
    getRemainingTimeInMillis: () => meta.deadlineMs - Date.now(),
  };
}

/** The whole context from nodejs24.x on. */
export function modernContext(requestId, meta, env) {
  const clientContext = parse(meta.clientContext, "lambda-runtime-client-context");
  const w3c = takeW3c(clientContext);
  return {
    clientContext,
    identity: parse(meta.cognitoIdentity, "lambda-runtime-cognito-identity"),
    invokedFunctionArn: meta.invokedArn,
    awsRequestId: requestId,
    tenantId: meta.tenantId,
    xRayTraceId: meta.traceId,
    getRemainingTimeInMillis: () => meta.deadlineMs - Date.now(),
    w3c: () => w3c,
    ...environmentMembers(env),
  };
}

/** `_X_AMZN_TRACE_ID` belongs to one invocation. */
export function setTrace(meta, env) {
  if (meta.traceId) env._X_AMZN_TRACE_ID = meta.traceId;
  else delete env._X_AMZN_TRACE_ID;
}

const environmentMembers = (env) => ({
  functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
  functionName: env.AWS_LAMBDA_FUNCTION_NAME,
  memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
  logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
  logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
});

function parse(text, name) {
  if (text === undefined || text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw Object.assign(new Error(`Cannot parse ${name} as json: ${error}`), { cause: error });
  }
}

function takeW3c(clientContext) {
  const fields = {};
  if (!clientContext || typeof clientContext !== "object" || !("w3c" in clientContext)) return Object.freeze(fields);
  const source = clientContext.w3c;
  delete clientContext.w3c;
  if (source && typeof source === "object") {
    for (const name of W3C_FIELDS) if (typeof source[name] === "string") fields[name] = source[name];
  }
  return Object.freeze(fields);
}
