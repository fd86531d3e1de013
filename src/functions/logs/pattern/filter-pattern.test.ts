import { describe, expect, it } from "vitest";
import { compilePattern } from "./filter-pattern.ts";

const matches = (pattern: string, message: string): boolean => compilePattern(pattern)(message);

describe("terms", () => {
  it.each([
    ["", "anything", true],
    ["ERROR", "[ERROR] boom", true],
    ["ERROR", "[error] boom", false],
    ["ERROR memory", "ERROR out of memory", true],
    ["ERROR memory", "ERROR out of disk", false],
    ["?ERROR ?WARN", "a WARN line", true],
    ["?ERROR ?WARN", "an INFO line", false],
    ["ERROR -timeout", "ERROR disk", true],
    ["ERROR -timeout", "ERROR timeout", false],
    ["-timeout", "fine", true],
    ['"Task timed out"', "x Task timed out after 3.00 seconds", true],
    ['"Task timed out"', "timed out Task", false],
    ['"say \\"hi\\""', 'they say "hi" twice', true],
    ['?"a b" ?"c d"', "x c d y", true],
    ["?ERROR INFO", "INFO only", true],
  ])("%s on %s is %s", (pattern, message, expected) => expect(matches(pattern, message)).toBe(expected));

  it.each([['foo"', "Invalid character(s) in term 'foo\"'"], ["foo-bar", "Invalid character(s) in term 'foo-bar'"], ['""', "Invalid character(s) in term '\"\"'"], ["? x", "Invalid character(s) in term ''"], ['"open', "Invalid filter pattern"], ["%a.*b%", "not supported yet"]])(
    "%s is refused",
    (pattern, message) => expect(() => compilePattern(pattern)).toThrow(message),
  );
});

describe("JSON patterns", () => {
  const event = JSON.stringify({
    level: "ERROR", status: 503, ok: false, nothing: null, ip: "123.123.4.5", "with.dots": 1, text: "5",
    user: { name: "ana", roles: ["admin", "dev"] }, records: [{ key: "a" }, { key: "b" }],
  });
  it.each([
    ['{ $.level = "ERROR" }', true],
    ["{ $.level = ERROR }", true],
    ["{$.level=ERROR}", true],
    ['{ $.level != "ERROR" }', false],
    ['{ $.missing != "ERROR" }', false],
    ['{ $.level = "ERR*" }', true],
    ['{ $.level = "*" }', true],
    ["{ $.ip = 123.123.* }", true],
    ["{ $.status = 503 }", true],
    ["{ $.status = 5.03e2 }", true],
    ["{ $.status >= 500 && $.status < 600 }", true],
    ["{ $.status > 503 }", false],
    ["{ $.text = 5 }", true],
    ["{ $.text > 4 }", false],
    ["{ $.ok IS FALSE }", true],
    ["{ $.ok is true }", false],
    ["{ $.nothing IS NULL }", true],
    ["{ $.missing IS NULL }", false],
    ["{ $.missing NOT EXISTS }", true],
    ["{ $.nothing NOT EXISTS }", false],
    ["{ $.level EXISTS }", true],
    ["{ $.user.name = ana }", true],
    ["{ $.user.roles[1] = dev }", true],
    ["{ $.user.roles[*] = admin }", true],
    ["{ $.user.roles[7] = admin }", false],
    ["{ $.records[*].key = b }", true],
    ["{ $.user = ana }", false],
    ["{ $.['with.dots'] = 1 }", true],
    ["{ ($.level = X || $.status = 503) && $.ok IS FALSE }", true],
    ["{ $.level = X || ($.status = 1 && $.ok IS FALSE) }", false],
    ["{ $.__proto__ EXISTS }", false],
  ])("%s is %s", (pattern, expected) => expect(matches(pattern, event)).toBe(expected));

  it("never matches what is no JSON object", () => {
    for (const message of ["plain", "[1]", "{ broken", ""]) expect(matches("{ $.a NOT EXISTS }", message)).toBe(false);
  });

  it.each(["{ $.a = ", "{ $.a = }", "{ }", "{ a = 1 }", "{ $ = 1 }", "{ $.a }", "{ $.a = 1 && }", "{ ($.a = 1 }", "{ $.a = 1 } x", "{ $.a < b }", '{ $.a = "open }', "{ $.a = %x% }"])("%s is refused", (pattern) =>
    expect(() => compilePattern(pattern)).toThrow(expect.objectContaining({ code: "InvalidParameterException" })));
});

describe("space-delimited patterns", () => {
  const line = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534';
  it.each([
    ["[ip, id, user, time, request, status, bytes]", true],
    ["[ip, id, user, time, request, status]", false],
    ["[ip, user, ..., status = 4*, bytes]", true],
    ["[..., status = 404, bytes]", true],
    ["[..., status = 5* || status = 4*, bytes > 1000]", true],
    ["[..., bytes > 2000]", false],
    ["[..., (status = 5* || status = 4*) && status != 403, bytes]", true],
    ["[ip = 127.*, ...]", true],
    ['[ip, id, user, time, request = "*html*", ...]', true],
    ["[ip, id, user != frank, ...]", false],
    ["[,,user=frank,...]", true],
    ["[...]", true],
  ])("%s is %s", (pattern, expected) => expect(matches(pattern, line)).toBe(expected));

  it.each(["[a, b", "[..., a, ...]", "[a=]", "[a b]", "[a > x]"])("%s is refused", (pattern) =>
    expect(() => compilePattern(pattern)).toThrow(expect.objectContaining({ code: "InvalidParameterException" })));
});
