// Documents of strangers are objects, or they are not: the one question that all who read JSON ask first.

/** Neither null nor a list. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null && !Array.isArray(value);
