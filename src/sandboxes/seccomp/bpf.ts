// A small assembler for classic BPF, the language in which the kernel is told which system calls a program may make.
import { assert } from "../../kernel/fault.ts";

/** Jumps go forward to a label; a side without one falls through. */
export type Line =
  | { readonly label: string }
  /** Loads a 32-bit word of `struct seccomp_data` (linux/seccomp.h). */
  | { readonly load: number }
  | { readonly test: "equal" | "at-least" | "any-bit"; readonly value: number; readonly ifTrue?: string; readonly ifFalse?: string }
  | { readonly answer: number };

/** One `struct sock_filter`: u16 code, u8 jump if true, u8 jump if false, u32 operand. */
const INSTRUCTION_BYTES = 8;
const LOAD_ABSOLUTE = 0x20;
const RETURN_CONSTANT = 0x06;
const JUMP = { equal: 0x15, "at-least": 0x35, "any-bit": 0x45 } as const;
/** A jump's distance is one byte. */
const DISTANCE_MAX = 255;

/** Bytes as seccomp(2) and `bwrap --seccomp` take them on little-endian machines. */
export function assemble(lines: readonly Line[]): Uint8Array {
  const labels = new Map<string, number>();
  const instructions: Exclude<Line, { readonly label: string }>[] = [];
  for (const line of lines) {
    if ("label" in line) labels.set(line.label, instructions.length);
    else instructions.push(line);
  }
  const view = new DataView(new ArrayBuffer(instructions.length * INSTRUCTION_BYTES));
  const distance = (from: number, label: string | undefined): number => {
    if (label === undefined) return 0;
    const steps = (labels.get(label) ?? -1) - from - 1;
    assert(steps >= 0 && steps <= DISTANCE_MAX, `no jump leads from instruction ${from} to ${label}`);
    return steps;
  };
  const put = (at: number, code: number, operand: number, ifTrue = 0, ifFalse = 0): void => {
    view.setUint16(at * INSTRUCTION_BYTES, code, true);
    view.setUint8(at * INSTRUCTION_BYTES + 2, ifTrue);
    view.setUint8(at * INSTRUCTION_BYTES + 3, ifFalse);
    view.setUint32(at * INSTRUCTION_BYTES + 4, operand >>> 0, true);
  };
  instructions.forEach((line, at) => {
    if ("load" in line) put(at, LOAD_ABSOLUTE, line.load);
    else if ("answer" in line) put(at, RETURN_CONSTANT, line.answer);
    else put(at, JUMP[line.test], line.value, distance(at, line.ifTrue), distance(at, line.ifFalse));
  });
  return new Uint8Array(view.buffer);
}
