// The errors the runtime itself raises, and the shape in which any thrown thing is shown to the caller and in the log.

class RuntimeError extends Error {
  constructor(kind, message) {
    super(message);
    const name = `Runtime.${kind}`;
    Object.defineProperty(this, "name", { value: name, configurable: true, writable: true, enumerable: false });
    this.stack = String(this.stack).replace(/^Error/, name);
  }
}

/** `kind` without its prefix: `HandlerNotFound`, `ImportModuleError`, … */
export const runtimeError = (kind, message) => new RuntimeError(kind, message);

/** What the unhandledRejection listener reports. */
export function unhandledRejection(reason, promise) {
  const error = new RuntimeError("UnhandledPromiseRejection", describe(reason));
  return Object.assign(error, { reason, promise });
}

/** `{ errorType, errorMessage, trace }` of anything thrown; never throws. */
export function errorPayload(thrown) {
  try {
    if (looksLikeError(thrown)) return { errorType: thrown.name, errorMessage: thrown.message, trace: thrown.stack.split("\n") };
    return { errorType: typeof thrown, errorMessage: thrown.toString(), trace: [] };
  } catch {
    return {
      errorType: "handled",
      errorMessage: "callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack",
    };
  }
}

/** One line for a text log: a tab and the error as JSON with its hidden members; never throws. */
export function errorLogText(thrown) {
  const error = asError(thrown);
  try {
    return `\t${JSON.stringify(error, (_key, value) => (value instanceof Error ? withHiddenMembers(value) : value))}`;
  } catch {
    return `\t${JSON.stringify(errorPayload(error))}`;
  }
}

export const asError = (thrown) => (thrown instanceof Error ? thrown : new Error(describe(thrown)));

function describe(value) {
  try {
    return value === undefined ? "undefined" : String(value);
  } catch {
    return "value that can not be shown";
  }
}

function looksLikeError(value) {
  if (value instanceof Error) return typeof value.stack === "string";
  return Boolean(value) && isText(value.name) && isText(value.message) && isText(value.stack);
}

const isText = (value) => typeof value === "string" && value !== "";

function withHiddenMembers(error) {
  const shown = Object.assign({ errorType: error.name, errorMessage: error.message, code: error.code }, error);
  if (typeof error.stack === "string") shown.stack = error.stack.split("\n");
  return shown;
}
