import { expect, test } from "vitest";
import { openTerminal } from "./terminal.ts";

test("logs are shown under their function's name, without what REPORT says too, and errors as errors look", () => {
  let text = "";
  const terminal = openTerminal((more) => (text += more));
  terminal.show(["shop", "stock"]);
  const log = (name: string, message: string): void => terminal.onLog({ account: "0", region: "r" }, `/aws/lambda/${name}`, "stream", { timestampMs: 0, message });
  log("shop", "INIT_START Runtime Version: x\n");
  log("shop", "START RequestId: 1 Version: $LATEST\n");
  log("shop", "two\nlines\n");
  log("shop", '2026-11-25T10:20:30.400Z\t1\tERROR\tInvoke Error \t{"errorType":"Error","errorMessage":"no","stack":["Error: no","    at index.mjs:1:2"]}\n');
  log("shop", "2026-11-25T10:20:30.400Z\t1\tERROR\tmy own {text}\n");
  log("other", "nobody asked\n");
  log("stock", "REPORT RequestId: 1\tDuration: 1.00 ms\n");
  expect(text).toBe("shop  | two\nshop  | lines\nshop  | Error: no\nshop  |     at index.mjs:1:2\nshop  | 2026-11-25T10:20:30.400Z\t1\tERROR\tmy own {text}\nstock | REPORT RequestId: 1\tDuration: 1.00 ms\n");
});
