// Keeps account of the sandboxes that live, so that no two share an id and a server that stops leaves none behind.
import type { Sandbox } from "../ports/sandbox.ts";

/** One sandbox's place in the account, from before it starts until all that was made for it is gone. */
export interface Place {
  /** The program that now runs under the id; again after a restart. */
  follow(sandbox: Sandbox): void;
  /** The id may be used again. */
  free(): void;
}

export class Living {
  readonly #ends = new Map<string, () => Promise<void>>();
  #closed = false;

  /** Throws when the id is in use or the server is stopping. */
  reserve(id: string): Place {
    if (this.#closed) throw new Error("the sandboxes have been closed");
    if (this.#ends.has(id)) throw new Error(`a sandbox ${id} exists already`);
    const { promise: settled, resolve: settle } = Promise.withResolvers<void>();
    let current: Sandbox | undefined;
    this.#ends.set(id, async () => {
      await settled;
      await current?.[Symbol.asyncDispose]();
    });
    return {
      follow: (sandbox) => {
        current = sandbox;
        settle();
      },
      free: () => {
        this.#ends.delete(id);
        settle();
      },
    };
  }

  /** Ends all, those that are just starting included, and takes no more. */
  async end(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#ends.values()].map((end) => end()));
  }
}
