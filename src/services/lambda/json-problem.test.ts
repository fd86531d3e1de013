import { expect, it } from "vitest";
import { jsonProblem } from "./json-problem.ts";

const at = (line: number, column: number): string => `\n at [Source: REDACTED (\`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION\` disabled); line: ${line}, column: ${column}]`;
const value = "JSON String, Number, Array, Object or token 'null', 'true' or 'false'";

it.each([
  // The first two were recorded on AWS.
  [Buffer.from([0x99, 0xeb, 0x2c]), `Unexpected character ((CTRL-CHAR, code 153)): expected a valid value (${value})${at(1, 1)}`],
  [Buffer.from([0x6e, 0x87, 0x72]), `Invalid UTF-8 start byte 0x87${at(1, 3)}`],
  ["{oops", `Unexpected character ('o' (code 111)): was expecting double-quote to start field name${at(1, 2)}`],
  ["oops", `Unrecognized token 'oops': was expecting (${value})${at(1, 5)}`],
  ['{"a" 1}', `Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value${at(1, 6)}`],
  ['{"a":1\n"b":2}', `Unexpected character ('"' (code 34)): was expecting comma to separate Object entries${at(2, 1)}`],
  ["[1 2]", `Unexpected character ('2' (code 50)): was expecting comma to separate Array entries${at(1, 4)}`],
  ['{"a":', `Unexpected end-of-input: expected close marker for Object (start marker at ${at(1, 1).slice(5)})${at(1, 6)}`],
  ['"open', `Unexpected end-of-input: was expecting closing quote for a string value${at(1, 6)}`],
  ['"a\nb"', `Illegal unquoted character ((CTRL-CHAR, code 10)): has to be escaped using backslash to be included in string value${at(1, 3)}`],
  ["01", `Invalid numeric value: Leading zeroes not allowed${at(1, 2)}`],
  ["  ", `No content to map due to end-of-input${at(1, 3)}`],
  ["{} x", `Unexpected character ('x' (code 120)): expected end-of-input${at(1, 4)}`],
])("%s", (text, sentence) => expect(jsonProblem(Buffer.from(text as string))).toBe(sentence));

it("finds the place in deeply nested texts without running out of stack", () => {
  expect(jsonProblem(Buffer.from(`${"[".repeat(200_000)}x`))).toMatch(/^Unrecognized token 'x'/);
});
