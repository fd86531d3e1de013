// Records by names that strangers choose: what every object inherits (`constructor`, `toString`) is nobody's entry.

/** The entry of that name; undefined when the record has none of its own. */
export const own = <T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined => (record && Object.hasOwn(record, name) ? record[name] : undefined);
