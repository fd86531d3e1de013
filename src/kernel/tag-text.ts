// What the texts of tags are made of, where a service goes by the rule that most of the original's share.

const KEY_CHARACTERS_MAX = 128;
const VALUE_CHARACTERS_MAX = 256;
const CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** Whether an empty one will do is the service's to say. */
export const isTagKey = (text: string): boolean => text.length <= KEY_CHARACTERS_MAX && CHARACTERS.test(text);
export const isTagValue = (text: string): boolean => text.length <= VALUE_CHARACTERS_MAX && CHARACTERS.test(text);
