// Keeps a few slots made ahead, so that a start finds one waiting.
import { Slot, type SlotDeps } from "./slot.ts";

/** Ours: an idle slot costs one waiting process. */
const AHEAD = 2;
/** Ours: how long the sandbox that has just been started has the machine before its successor is made. */
const REFILL_MS = 40;

/** Ours: how often a slot may be passed over for another size before it makes room. */
const PASSES_MAX = 4;

interface Entry {
  readonly tmpMb: number;
  readonly slot: Promise<Slot>;
  passes: number;
}

export class Slots {
  readonly #deps: SlotDeps;
  #ahead: Entry[] = [];
  readonly #leaving = new Set<Promise<void>>();
  readonly #names: string;
  #made = 0;
  #refill: NodeJS.Timeout | undefined;
  #closed = false;

  /** `tmpMb`: the size of /tmp that will probably be asked for. `names`: begins the names of the control groups. */
  constructor(deps: SlotDeps, tmpMb: number, names = "slot") {
    this.#deps = deps;
    this.#names = names;
    this.#fill(tmpMb);
  }

  /** One that waits, or a new one. Whoever takes it retires it. */
  async take(tmpMb: number): Promise<Slot> {
    const found = this.#ahead.find((entry) => entry.tmpMb === tmpMb);
    if (found) this.#drop(found);
    this.#refill ??= setTimeout(() => this.#fill(tmpMb), REFILL_MS).unref();
    // One that could not be made ahead is no reason not to try: the cause may be gone.
    return (await found?.slot.catch(() => undefined)) ?? (await this.#make(tmpMb));
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#refill);
    for (const entry of this.#ahead) this.#leave(entry);
    await Promise.all(this.#leaving);
  }

  #fill(tmpMb: number): void {
    this.#refill = undefined;
    if (this.#closed) return;
    // A size that nobody asks for any more makes room.
    const unwanted = this.#ahead.filter((entry) => entry.tmpMb !== tmpMb);
    for (const entry of unwanted.slice(0, Math.max(0, this.#ahead.length - AHEAD + 1))) this.#leave(entry);
    for (const entry of unwanted) if (++entry.passes > PASSES_MAX && this.#ahead.includes(entry)) this.#leave(entry);
    while (this.#ahead.length < AHEAD) {
      const entry: Entry = { tmpMb, slot: this.#make(tmpMb), passes: 0 };
      this.#ahead.push(entry);
      const gone = (): void => {
        if (this.#ahead.includes(entry)) this.#leave(entry);
      };
      void entry.slot.then((slot) => slot.died).then(gone, gone);
    }
  }

  #make(tmpMb: number): Promise<Slot> {
    return Slot.make(this.#deps, `${this.#names}-${++this.#made}`, tmpMb);
  }

  #leave(entry: Entry): void {
    this.#drop(entry);
    const left = entry.slot.then((slot) => slot.retire(), () => {}).finally(() => this.#leaving.delete(left));
    this.#leaving.add(left);
  }

  #drop(entry: Entry): void {
    this.#ahead = this.#ahead.filter((other) => other !== entry);
  }
}
