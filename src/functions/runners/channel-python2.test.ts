// What functions of the Python 2.7 years may do, where a machine still has that interpreter.
import { homedir } from "node:os";
import { describe, expect, test } from "vitest";
import { answer, bootFunction, failure, python2Runtime, type Booted } from "../../../test/boot-function.ts";
import { installedPythons } from "../../sandboxes/catalog/find-python.ts";

const [python] = await installedPythons(process.env["PATH"] ?? "", homedir(), 2);
const boot = (files: Record<string, string>, name = "app.handler"): Promise<Booted> => bootFunction(python2Runtime(python?.file ?? ""), name, files);

if (!python) console.warn("no python2.7 on this machine: tests of Python 2 functions are skipped");

describe.skipIf(!python).concurrent("A Python 2.7 function", () => {
  test("answers, prints, logs, and gets the whole context", async () => {
    const app = `# -*- coding: utf-8 -*-
import logging, decimal
def handler(event, context):
    print "printed", event["a"].encode("utf-8")
    logging.warning("logged\\nü")
    c = context
    return [event["a"], c.aws_request_id, c.function_name, c.memory_limit_in_mb, c.invoked_function_arn, c.client_context.custom["k"], 0 < c.get_remaining_time_in_millis() <= 10000, decimal.Decimal("1.5"), "é"]
`;
    await using f = await boot({ "app.py": app });
    const outcome = await f.invoke({ a: "ü" }, { requestId: "id-1", clientContext: '{"custom":{"k":"é"}}' });
    expect(answer(outcome)).toEqual(["ü", "id-1", "f", "128", "arn:aws:lambda:us-east-1:000000000000:function:f", "é", true, 1.5, "é"]);
    expect(f.logs).toEqual(["printed ü", expect.stringMatching(/^\[WARNING\]\t\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\tid-1\tlogged\nü$/)]);
  });

  test("reports what it raised with frames as lists, goes on, and exits as it says", async () => {
    await using f = await boot({ "src/app.py": "import sys\ndef handler(event, context):\n    if event == 2: sys.exit(9)\n    raise ValueError('boom')\n" }, "src/app.handler");
    const error = failure(await f.invoke(1));
    expect(error).toEqual({ errorMessage: "boom", errorType: "ValueError", stackTrace: [[expect.stringMatching(/src\/app\.py$/), 4, "handler", "raise ValueError('boom')"]] });
    expect(f.logs[0]).toMatch(/^boom: ValueError\nTraceback \(most recent call last\):\n {2}File ".*app\.py", line 4, in handler\n {4}raise ValueError\('boom'\)\nValueError: boom$/);
    expect(await f.invoke(2)).toMatchObject({ kind: "exit", code: 9 });
  });

  test("carries 6 MB, says what is over the limit and what is no JSON", async () => {
    await using f = await boot({ "app.py": "def handler(e, c): return set() if e == 0 else 'x' * e['out'] if 'out' in e else e['in']" });
    expect(answer(await f.invoke({ in: "y".repeat(6_000_000) }))).toHaveLength(6_000_000);
    expect(await f.invoke({ out: 7_000_000 })).toEqual({ kind: "too-large", sizeBytes: 7_000_002, bytesMax: 6_291_556 });
    expect(failure(await f.invoke(0))).toEqual({ errorType: "Runtime.MarshalError", errorMessage: "Unable to marshal response: set([]) is not JSON serializable" });
  });

  test("that can not be loaded says why", async () => {
    await using f = await boot({});
    expect(failure(f.boot)).toEqual({ errorType: "Runtime.ImportModuleError", errorMessage: "Unable to import module 'app': No module named app" });
    await using g = await boot({ "app.py": "x = 1" });
    expect(failure(g.boot)).toEqual({ errorType: "Runtime.HandlerNotFound", errorMessage: "Handler 'handler' missing on module 'app'" });
    await using h = await boot({ "app.py": "print('x'" });
    expect(failure(h.boot)).toMatchObject({ errorType: "Runtime.UserCodeSyntaxError" });
  });
});
