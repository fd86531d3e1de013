// Everything a program says that is not an answer becomes log lines, in order, and all of it before the answer is reported.
import type { Readable } from "node:stream";
import { limits } from "../../kernel/limits.ts";
import type { ProgramLog } from "./conversation.ts";
import { LogFrames } from "./log-frames.ts";
import { OutputLines } from "./output-lines.ts";

export interface ProgramOutput extends ProgramLog {
  /** Something has come by the pipes. */
  readonly piped: boolean;
  /** Resolves when what was readable from the pipes is delivered; ends unfinished lines. */
  flush(): Promise<void>;
  /** Resolves when both pipes have ended; ends unfinished lines. */
  ended(): Promise<void>;
}

/** Reads a sandbox's pipes. Five sources: the pipes themselves (C code, child processes), the language's own streams by the channel, framed messages. */
export function readOutput(sources: { readonly stdout: Readable; readonly stderr: Readable; readonly frames: Readable | undefined }, onText: (text: string) => void): ProgramOutput {
  const lines = (): OutputLines => new OutputLines(limits.functions.logLineBytesMax, onText);
  const pipes = [
    { stream: sources.stdout, lines: lines() },
    { stream: sources.stderr, lines: lines() },
  ];
  const streams = { 1: lines(), 2: lines() };
  const finishLines = (): void => {
    for (const pipe of pipes) pipe.lines.flush();
    streams[1].flush();
    streams[2].flush();
  };
  let piped = false;
  const ends = pipes.map(({ stream, lines }) => {
    stream.on("data", (chunk: Buffer) => {
      piped = true;
      lines.push(chunk);
    });
    return endOf(stream);
  });
  const event = (text: string): void => onText(text.endsWith("\n") ? text.slice(0, -1) : text);
  const { frames } = sources;
  if (frames) {
    const reader = new LogFrames(event);
    // What is no frame can only be given up.
    frames.on("data", (chunk: Buffer) => void (reader.push(chunk) || frames.destroy()));
    ends.push(endOf(frames));
  }
  return {
    get piped() {
      return piped;
    },
    event,
    output: (fd, bytes) => streams[fd].push(bytes),
    // A pipe written before the answer is readable in the same turn of the event loop as the answer, so one turn drains it.
    flush: () =>
      new Promise((resolve) => {
        setImmediate(() => {
          finishLines();
          resolve();
        });
      }),
    ended: async () => {
      await Promise.all(ends);
      finishLines();
    },
  };
}

/** Resolves when a stream can give no more, however it ended. */
export function endOf(stream: Readable): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.readableEnded) return resolve();
    stream.once("end", resolve);
    stream.once("close", resolve);
    stream.on("error", () => resolve());
  });
}
