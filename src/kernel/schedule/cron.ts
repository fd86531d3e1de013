// Cron as EventBridge writes it: minutes, hours, day of month, month, day of week, year, with `?`, `L`, `W` and `#`.

export interface Schedule {
  /** Epoch ms of the first time after `afterMs`; rates count from `sinceMs`. Undefined when there is none any more. */
  next(afterMs: number, sinceMs: number): number | undefined;
}

interface Field {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const MINUTE: Field = { min: 0, max: 59 };
const HOUR: Field = { min: 0, max: 23 };
const DAY: Field = { min: 1, max: 31 };
const MONTH: Field = { min: 1, max: 12, names: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"] };
const WEEKDAY: Field = { min: 1, max: 7, names: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] };
const YEAR: Field = { min: 1970, max: 2199 };

const DAY_MS = 86_400_000;

type Values = readonly number[];
/** `day`: 1 for the first; `length`: days of the month; `first`: the weekday of its first day, 1 for Sunday. */
type DayTest = (day: number, length: number, first: number) => boolean;

/** Undefined when it is none. Exactly one of the two days is `?`. */
export function readCron(text: string): Schedule | undefined {
  const [minuteText = "", hourText = "", dayText = "", monthText = "", weekdayText = "", yearText, ...rest] = text.trim().split(/\s+/);
  if (yearText === undefined || rest.length > 0 || (dayText === "?") === (weekdayText === "?")) return undefined;
  const [minutes, hours, months, years] = [valuesOf(minuteText, MINUTE), valuesOf(hourText, HOUR), valuesOf(monthText, MONTH), valuesOf(yearText, YEAR)];
  const fits = dayText === "?" ? weekdayTest(weekdayText) : dayTest(dayText);
  if (!minutes || !hours || !months || !years || !fits) return undefined;
  return {
    next: (afterMs) => {
      const fromMs = (Math.floor(afterMs / 60_000) + 1) * 60_000;
      const from = new Date(fromMs);
      for (const year of years) {
        if (year < from.getUTCFullYear()) continue;
        for (const month of months) {
          const startMs = Date.UTC(year, month - 1, 1);
          const length = (Date.UTC(year, month, 1) - startMs) / DAY_MS;
          if (startMs + length * DAY_MS <= fromMs) continue;
          const first = new Date(startMs).getUTCDay() + 1;
          for (let day = 1; day <= length; day++) {
            const dayMs = startMs + (day - 1) * DAY_MS;
            if (dayMs + DAY_MS <= fromMs || !fits(day, length, first)) continue;
            const timeMs = firstTime(hours, minutes, Math.max(0, fromMs - dayMs));
            if (timeMs !== undefined) return dayMs + timeMs;
          }
        }
      }
      return undefined;
    },
  };
}

/** Within a day. */
function firstTime(hours: Values, minutes: Values, fromMs: number): number | undefined {
  for (const hour of hours) {
    for (const minute of minutes) {
      const timeMs = hour * 3_600_000 + minute * 60_000;
      if (timeMs >= fromMs) return timeMs;
    }
  }
  return undefined;
}

function dayTest(text: string): DayTest | undefined {
  if (text === "L") return (day, length) => day === length;
  if (text === "LW") return (day, length, first) => day === nearestWeekday(length, length, first);
  const nearest = /^(\d{1,2})W$/.exec(text)?.[1];
  if (nearest !== undefined) {
    const wanted = numberOf(nearest, DAY);
    return wanted === undefined ? undefined : (day, length, first) => wanted <= length && day === nearestWeekday(wanted, length, first);
  }
  const values = valuesOf(text, DAY);
  return values && ((day) => values.includes(day));
}

function weekdayTest(text: string): DayTest | undefined {
  // Alone it is the last day of a week.
  if (text === "L") return weekdayTest("7");
  const [, name = "", mark = "", nth = ""] = /^(\w+?)(L|#)([1-5]?)$/.exec(text) ?? [];
  if (mark !== "") {
    const wanted = numberOf(name, WEEKDAY);
    if (wanted === undefined || (mark === "#") !== (nth !== "")) return undefined;
    return mark === "L" ? (day, length, first) => weekdayOf(day, first) === wanted && day + 7 > length : (day, _, first) => weekdayOf(day, first) === wanted && Math.ceil(day / 7) === Number(nth);
  }
  const values = valuesOf(text, WEEKDAY);
  return values && ((day, _, first) => values.includes(weekdayOf(day, first)));
}

const weekdayOf = (day: number, first: number): number => ((first - 1 + day - 1) % 7) + 1;

/** The day from Monday to Friday that is nearest, within the month. */
function nearestWeekday(day: number, length: number, first: number): number {
  const weekday = weekdayOf(day, first);
  if (weekday === 7) return day > 1 ? day - 1 : day + 2;
  if (weekday === 1) return day < length ? day + 1 : day - 2;
  return day;
}

/** All the values that lists, ranges and steps name, ascending; undefined when something is wrong. */
function valuesOf(text: string, field: Field): Values | undefined {
  const values = new Set<number>();
  for (const part of text.split(",")) {
    const [, range = "", step] = /^([^/]+)(?:\/(\d{1,4}))?$/.exec(part) ?? [];
    const span = spanOf(range, field, step !== undefined);
    const by = step === undefined ? 1 : Number(step);
    if (!span || by < 1) return undefined;
    for (let value = span[0]; value <= span[1]; value += by) values.add(value);
  }
  return [...values].toSorted((a, b) => a - b);
}

/** A single value with a step goes on to the end. */
function spanOf(range: string, field: Field, stepped: boolean): readonly [number, number] | undefined {
  if (range === "*") return [field.min, field.max];
  const [from = "", to, ...rest] = range.split("-");
  const first = numberOf(from, field);
  if (first === undefined || rest.length > 0) return undefined;
  if (to === undefined) return [first, stepped ? field.max : first];
  const last = numberOf(to, field);
  return last === undefined || last < first ? undefined : [first, last];
}

function numberOf(text: string, { min, max, names = [] }: Field): number | undefined {
  const named = names.indexOf(text.toUpperCase());
  if (named >= 0) return named + min;
  const value = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : undefined;
}
