// The command `fugaz`: one file per command; this one only gathers them and turns failures into one clear sentence.
import { Command } from "commander";
import { version } from "../version.ts";
import { explain, UserError } from "./user-error.ts";

/** Loaded when named, or all for the help; each loads what it works with when it is run: the server should not pay for the clients, nor they for it. */
const commands: Readonly<Record<string, () => Promise<() => Command>>> = {
  start: async () => (await import("./start.ts")).startCommand,
  dev: async () => (await import("./dev.ts")).devCommand,
  invoke: async () => (await import("./invoke.ts")).invokeCommand,
  events: async () => (await import("./events.ts")).eventsCommand,
  logs: async () => (await import("./logs.ts")).logsCommand,
  tail: async () => (await import("./tail.ts")).tailCommand,
  list: async () => (await import("./list.ts")).listCommand,
  image: async () => (await import("./image.ts")).imageCommand,
  env: async () => (await import("./env.ts")).envCommand,
  doctor: async () => (await import("./doctor.ts")).doctorCommand,
  runtime: async () => (await import("./runtime.ts")).runtimeCommand,
  demo: async () => (await import("./demo.ts")).demoCommand,
};

const program = new Command("fugaz")
  .description(
    "An open serverless cloud for your own machines.\nUnmodified AWS tools deploy functions to it; events run them in short-lived Linux containers.",
  )
  .version(version, "-v, --version", "print the version")
  .helpOption("-h, --help", "explain a command")
  .showHelpAfterError("(`fugaz --help` lists the commands, `fugaz help COMMAND` explains one)")
  .addHelpText(
    "after",
    `
First steps:
  $ fugaz start                        start the cloud on http://127.0.0.1:4566
  $ eval "$(fugaz env)"                point the AWS CLI and SDKs of this shell at it
  $ aws lambda list-functions          any AWS tool now talks to Fugaz
  $ fugaz invoke hello --log           run a function and see its log
  $ fugaz doctor                       see what this machine can isolate and run`,
  );

const named = commands[process.argv[2] ?? ""];
for (const load of named ? [named] : Object.values(commands)) {
  const command = (await load())().copyInheritedSettings(program);
  for (const below of command.commands) below.copyInheritedSettings(command);
  program.addCommand(command);
}

// A reader that has seen enough, such as head, is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  const explained = explain(error);
  if (explained instanceof UserError) process.stderr.write(`fugaz: ${explained.message}\n`);
  else process.stderr.write(`fugaz: ${explained instanceof Error ? (explained.stack ?? explained.message) : String(explained)}\n`);
  process.exit(1);
}
