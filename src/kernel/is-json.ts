// Whether a text is JSON, for who passes it on and does not look into it.

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
