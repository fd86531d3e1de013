// console.* becomes log events in the platform's text or JSON form; the process's own streams go the same way, so order is kept.
import { sendLog, sendOutput } from "./channel.mjs";
import { asError, errorLogText } from "./errors.mjs";

const LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
const METHODS = { trace: "TRACE", debug: "DEBUG", info: "INFO", log: "INFO", warn: "WARN", error: "ERROR", fatal: "FATAL" };

let requestId;
let json = false;
let format;

export const setRequestId = (id) => {
  requestId = id;
};

export function patchConsole(env, util) {
  format = util.format;
  json = String(env.AWS_LAMBDA_LOG_FORMAT).toUpperCase() === "JSON";
  const wanted = LEVELS.indexOf(String(env.AWS_LAMBDA_LOG_LEVEL).toUpperCase());
  const lowest = wanted === -1 ? 0 : wanted;
  for (const [method, level] of Object.entries(METHODS)) {
    // FATAL is never filtered: it is the highest level there is.
    console[method] = LEVELS.indexOf(level) >= lowest ? (...words) => log(level, words) : () => {};
  }
  for (const [name, fd] of [["stdout", 1], ["stderr", 2]]) lazyStream(name, fd);
}

/** Logs an error the runtime reports: `Invoke Error \t{…}`, or the error alone in JSON form. */
export function logError(title, thrown) {
  if (json) console.error(asError(thrown));
  else console.error(title, errorLogText(thrown));
}

function log(level, words) {
  const time = new Date().toISOString();
  if (json) return sendLog(level, jsonLine(time, level, words));
  sendLog(level, `${time}\t${requestId}\t${level}\t${format(...words)}\n`);
}

function jsonLine(timestamp, level, words) {
  const line = { timestamp, level, requestId };
  if (words.length === 1) {
    try {
      return JSON.stringify({ ...line, message: words[0] }, showErrors);
    } catch {
      return JSON.stringify({ ...line, message: format(words[0]) });
    }
  }
  const message = format(...words);
  const error = words.find((word) => word instanceof Error);
  return JSON.stringify(error ? { ...line, message, ...errorMembers(error) } : { ...line, message });
}

const showErrors = (_key, value) => (value instanceof Error ? { ...errorMembers(value), ...value } : value);

const errorMembers = (error) => ({
  errorType: (error.constructor && error.constructor.name) || "UnknownError",
  errorMessage: error.message,
  stackTrace: typeof error.stack === "string" ? error.stack.split("\n") : [],
});

/** Replaces process.stdout or process.stderr, on first use, by a stream that writes frames: synchronous like a pipe, in order with the console. */
function lazyStream(name, fd) {
  let stream;
  const make = () => {
    const { Writable } = requireStream();
    stream = new Writable({
      decodeStrings: true,
      write: (chunk, _encoding, done) => {
        sendOutput(fd, chunk);
        done();
      },
    });
    stream.fd = fd;
    stream._type = "pipe";
    stream._isStdio = true;
    stream.destroySoon = stream.destroy;
    stream._destroy = (error, done) => done(error);
    return stream;
  };
  Object.defineProperty(process, name, {
    configurable: true,
    enumerable: true,
    get: () => stream ?? make(),
    set: (replacement) => {
      stream = replacement;
    },
  });
}

let requireStream;
/** Set by the entry: loads a built-in module only when a stream is first used. */
export const useRequire = (require) => {
  requireStream = () => require("node:stream");
};
