import { expect, test } from "vitest";
import { defaultQuotas, readQuotas } from "./quotas.ts";

test("quotas are today's unless a preset or single values move them, the later the stronger", () => {
  expect(readQuotas("")).toEqual(defaultQuotas);
  expect(readQuotas("aws-2016")).toMatchObject({ memoryMbMax: 1536, timeoutSecondsMax: 300, accountConcurrency: 100, asyncRequestBytesMax: 131_072, syncRequestBytesMax: 6_291_456 });
  expect(readQuotas("aws-2016, timeoutSecondsMax=3600")).toMatchObject({ memoryMbMax: 1536, timeoutSecondsMax: 3600 });
  expect(readQuotas("timeoutSecondsMax=3600,aws-2016")).toMatchObject({ timeoutSecondsMax: 300 });
});

test.each(["aws-2017", "timeoutSecondsMax", "timeoutSecondsMax=x", "timeoutSecondsMax=0", "syncRequestBytesMax=999999999999", "toString=1"])("%s is refused with what would do", (text) => {
  expect(() => readQuotas(text)).toThrow(/is none of aws-2026, aws-2016, unlimited, accountConcurrency=N|must be from 1 to/);
});
