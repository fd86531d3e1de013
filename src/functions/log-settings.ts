// Where a function's log goes and how it is written.

export interface LogSettings {
  readonly group: string;
  readonly format: "Text" | "JSON";
  /** Only with JSON: lines below this level are dropped. */
  readonly applicationLevel: string | undefined;
  readonly systemLevel: string | undefined;
}
