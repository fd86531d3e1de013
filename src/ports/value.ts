// What every port stores: the words that keys and values are made of.

/** A tuple; strings order by their UTF-8 bytes, numbers numerically, numbers before strings, a prefix before its extensions. */
export type Key = readonly (string | number)[];

/** What can be stored: JSON (undefined members vanish) or raw bytes. */
export type Value = unknown;
