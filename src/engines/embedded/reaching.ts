// Failures of the database and the disk leave this engine as Outages that name the port and method.
import { outage } from "../../kernel/fault.ts";

/** Runs a read; what it throws or rejects with becomes an Outage of `where`. */
export function reaching<T>(where: string, read: () => T): T;
export function reaching<T>(where: string, read: Promise<T>): Promise<T>;
export function reaching<T>(where: string, read: Promise<T> | (() => T)): Promise<T> | T {
  if (typeof read !== "function") return read.catch((cause: unknown) => {
    throw outage(where, { cause, retryable: isPassing(cause) });
  });
  try {
    return read();
  } catch (cause) {
    throw outage(where, { cause, retryable: false });
  }
}

/** A full disk may be emptied again. */
const isPassing = (cause: unknown): boolean => cause instanceof Error && "code" in cause && (cause.code === "ENOSPC" || cause.code === "EDQUOT");
