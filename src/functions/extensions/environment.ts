// What an external extension may know of a function's environment: less than the function itself.

const HIDDEN = new Set(["AWS_EXECUTION_ENV", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR", "AWS_XRAY_CONTEXT_MISSING"]);

/** The variables that extensions share with the function (the rule is the original's emulator's). */
export const forExtensions = (env: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("_") && !HIDDEN.has(name)));
