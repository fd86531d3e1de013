// Which of a bucket's notification configurations an event concerns, and which configurations would concern the same event twice.
import type { NotificationRule } from "./records.ts";

/** `s3:ObjectCreated:*` covers `s3:ObjectCreated:Put`; a plain name covers itself. Both as in a configuration. */
function covers(pattern: string, event: string): boolean {
  return pattern === event || (pattern.endsWith(":*") && event.startsWith(pattern.slice(0, -1)));
}

type Filters = NotificationRule["filters"];

const filterValue = (filters: Filters, name: "prefix" | "suffix"): string => filters?.find((filter) => filter.name === name)?.value ?? "";

/** `event` is a name like `ObjectCreated:Put`. */
export function matches(target: NotificationRule, event: string, key: string): boolean {
  return (
    target.events.some((pattern) => covers(pattern, `s3:${event}`)) &&
    key.startsWith(filterValue(target.filters, "prefix")) &&
    key.endsWith(filterValue(target.filters, "suffix"))
  );
}

const startsEither = (a: string, b: string): boolean => a.startsWith(b) || b.startsWith(a);
const endsEither = (a: string, b: string): boolean => a.endsWith(b) || b.endsWith(a);

/** Whether some event on some key could concern both: S3 refuses such configurations. */
export function overlap(a: NotificationRule, b: NotificationRule): boolean {
  return (
    a.events.some((one) => b.events.some((other) => covers(one, other) || covers(other, one))) &&
    startsEither(filterValue(a.filters, "prefix"), filterValue(b.filters, "prefix")) &&
    endsEither(filterValue(a.filters, "suffix"), filterValue(b.filters, "suffix"))
  );
}
