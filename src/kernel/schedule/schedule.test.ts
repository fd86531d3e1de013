import { describe, expect, it } from "vitest";
import { readSchedule } from "./schedule.ts";

const at = (text: string): number => Date.parse(text);
const iso = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : new Date(ms).toISOString().slice(0, 16));

/** The next three times after a moment. */
function times(text: string, after: string, count = 3): readonly (string | undefined)[] {
  const schedule = readSchedule(text);
  const found: (string | undefined)[] = [];
  let now = at(after);
  for (let n = 0; n < count; n++) {
    const next = schedule?.next(now, at(after));
    found.push(iso(next));
    if (next === undefined) break;
    now = next;
  }
  return found;
}

describe("a schedule", () => {
  it.each([
    ["rate(1 minute)", "2026-01-01T00:00:30Z", ["2026-01-01T00:01", "2026-01-01T00:02", "2026-01-01T00:03"]],
    ["rate(2 days)", "2026-01-01T00:00Z", ["2026-01-03T00:00", "2026-01-05T00:00", "2026-01-07T00:00"]],
    ["cron(0 10 * * ? *)", "2026-01-01T10:00Z", ["2026-01-02T10:00", "2026-01-03T10:00", "2026-01-04T10:00"]],
    ["cron(15 12 * * ? *)", "2026-01-01T12:14:59Z", ["2026-01-01T12:15", "2026-01-02T12:15", "2026-01-03T12:15"]],
    ["cron(0 18 ? * MON-FRI *)", "2026-11-27T17:00Z", ["2026-11-27T18:00", "2026-11-30T18:00", "2026-12-01T18:00"]],
    ["cron(0 8 1 * ? *)", "2026-11-27T17:00Z", ["2026-12-01T08:00", "2027-01-01T08:00", "2027-02-01T08:00"]],
    ["cron(0/15 * * * ? *)", "2026-11-27T17:46Z", ["2026-11-27T18:00", "2026-11-27T18:15", "2026-11-27T18:30"]],
    ["cron(0/5 8-17 ? * mon-fri *)", "2026-11-27T17:54Z", ["2026-11-27T17:55", "2026-11-30T08:00", "2026-11-30T08:05"]],
    ["cron(5,35 14 * * ? *)", "2026-02-28T14:20Z", ["2026-02-28T14:35", "2026-03-01T14:05", "2026-03-01T14:35"]],
    ["cron(15 10 ? * 6L 2026-2027)", "2026-11-27T10:15Z", ["2026-12-25T10:15", "2027-01-29T10:15", "2027-02-26T10:15"]],
    ["cron(0 9 ? * 2#1 *)", "2026-11-27T00:00Z", ["2026-12-07T09:00", "2027-01-04T09:00", "2027-02-01T09:00"]],
    ["cron(0 9 ? * FRI#5 *)", "2026-11-27T00:00Z", ["2027-01-29T09:00", "2027-04-30T09:00", "2027-07-30T09:00"]],
    ["cron(0 0 L * ? *)", "2028-02-01T00:00Z", ["2028-02-29T00:00", "2028-03-31T00:00", "2028-04-30T00:00"]],
    ["cron(0 0 LW * ? *)", "2027-01-01T00:00Z", ["2027-01-29T00:00", "2027-02-26T00:00", "2027-03-31T00:00"]],
    ["cron(0 9 1W * ? *)", "2026-07-15T00:00Z", ["2026-08-03T09:00", "2026-09-01T09:00", "2026-10-01T09:00"]],
    ["cron(0 9 15W 8-11 ? *)", "2026-08-01T00:00Z", ["2026-08-14T09:00", "2026-09-15T09:00", "2026-10-15T09:00"]],
    ["cron(0 9 ? * L *)", "2026-11-27T00:00Z", ["2026-11-28T09:00", "2026-12-05T09:00", "2026-12-12T09:00"]],
    ["cron(0 0 29 2 ? *)", "2026-01-01T00:00Z", ["2028-02-29T00:00", "2032-02-29T00:00", "2036-02-29T00:00"]],
  ])("%s comes after %s at %j", (text, after, expected) => {
    expect(times(text, after)).toEqual(expected);
  });

  it("ends when its years are over, and never comes on days that do not exist", () => {
    expect(times("cron(0 0 1 1 ? 2027)", "2026-11-27T00:00Z")).toEqual(["2027-01-01T00:00", undefined]);
    expect(times("cron(0 0 31 2 ? *)", "2026-11-27T00:00Z")).toEqual([undefined]);
  });

  it("keeps a rate's beat, however late it is asked", () => {
    const schedule = readSchedule("rate(10 minutes)");
    expect(iso(schedule?.next(at("2026-01-01T03:44Z"), at("2026-01-01T00:05Z")))).toBe("2026-01-01T03:45");
    expect(iso(schedule?.next(at("2026-01-01T00:00Z"), at("2026-01-01T00:05Z")))).toBe("2026-01-01T00:15");
  });

  it.each([
    "rate(0 minutes)", "rate(1 minutes)", "rate(5 minute)", "rate(5 seconds)", "rate(-1 minutes)", "rate(1.5 hours)", "rate()", "rate(5minutes)", "every day", "",
    "cron(0 10 * * *)", "cron(0 10 * * * *)", "cron(0 10 ? * ? *)", "cron(60 10 * * ? *)", "cron(0 24 * * ? *)", "cron(0 10 32 * ? *)", "cron(0 10 0 * ? *)", "cron(0 10 * 13 ? *)",
    "cron(0 10 ? * 8 *)", "cron(0 10 ? * FRI#6 *)", "cron(0 10 * * ? 1969)", "cron(0 10 * FOO ? *)", "cron(0/0 10 * * ? *)", "cron(5-1 10 * * ? *)", "cron(1-2-3 10 * * ? *)", "cron(, 10 * * ? *)",
    "cron(? 10 * * ? *)", "cron(0 10 W * ? *)", "cron(0 10 40W * ? *)", "cron(0 10 ? * #2 *)", "cron(0 10 * * ? * *)", "cron(0 10 * * ? *", "at(2026-01-01T00:00:00)",
  ])("is not %s", (text) => {
    expect(readSchedule(text)).toBeUndefined();
  });
});
