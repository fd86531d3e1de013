// Output of a program arrives in arbitrary pieces; a log wants lines. Time linear in the bytes, memory bounded by one line.

const NEWLINE = 10;
/** Ours: pieces of one line kept apart before they are joined; many tiny ones would cost more than their bytes. */
const PIECES_MAX = 1024;

/** Splits bytes into lines of at most `lineBytesMax`; a longer one becomes several. */
export class OutputLines {
  readonly #lineBytesMax: number;
  readonly #onLine: (text: string) => void;
  #pending: Buffer[] = [];
  #pendingBytes = 0;

  constructor(lineBytesMax: number, onLine: (text: string) => void) {
    this.#lineBytesMax = lineBytesMax;
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      const newline = chunk.indexOf(NEWLINE, at);
      const end = newline === -1 ? chunk.length : newline;
      this.#take(chunk, at, end);
      if (newline === -1) return;
      this.#emit();
      at = newline + 1;
    }
  }

  /** Ends an unfinished line: what the program wrote without a newline is a line too once it has answered or ended. */
  flush(): void {
    if (this.#pendingBytes > 0) this.#emit();
  }

  #take(chunk: Buffer, from: number, end: number): void {
    const piece = chunk.subarray(from, end);
    if (this.#pendingBytes + piece.length <= this.#lineBytesMax) return this.#add(piece);
    // Happens once per limit's worth of bytes, so joining stays linear.
    let rest = Buffer.concat([...this.#pending, piece]);
    this.#pending = [];
    this.#pendingBytes = 0;
    while (rest.length > this.#lineBytesMax) {
      const cut = characterBoundary(rest, this.#lineBytesMax);
      this.#onLine(rest.toString("utf8", 0, cut));
      rest = rest.subarray(cut);
    }
    this.#add(rest);
  }

  #add(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#pending.push(piece);
    this.#pendingBytes += piece.length;
    if (this.#pending.length === PIECES_MAX) this.#pending = [Buffer.concat(this.#pending)];
  }

  #emit(): void {
    const [first] = this.#pending;
    const bytes = this.#pending.length === 1 && first ? first : Buffer.concat(this.#pending, this.#pendingBytes);
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#onLine(bytes.toString("utf8"));
  }
}

/** The last position at or before `cut` that does not split a UTF-8 character. */
function characterBoundary(bytes: Buffer, cut: number): number {
  let at = cut;
  while (at > cut - 4 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at--;
  return at > 0 ? at : cut;
}
