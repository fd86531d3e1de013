// `fugaz tail`: what arrives at a source of events, as it arrives. One file per kind of source; this one only gathers them.
import { Command } from "commander";
import { tailKinesisCommand } from "./tail-kinesis.ts";
import { tailQueueCommand } from "./tail-queue.ts";
import { tailTableCommand } from "./tail-table.ts";

export const tailCommand = (): Command => new Command("tail").description("Print what arrives at a stream or queue, until interrupted").addCommand(tailKinesisCommand()).addCommand(tailTableCommand()).addCommand(tailQueueCommand());
