// A place for one sandbox, made before anybody asks: a user, a group, a /tmp, and a bwrap that waits to be told the rest of its command line.
import { close, openSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Mount } from "../../ports/sandbox.ts";
import type { Cgroups, Group } from "../cgroups/group.ts";
import { whyNot } from "../program.ts";
import { joinLines, PREPARED, quote, STATUS_FD } from "../shell-entry.ts";
import { Spawned } from "../spawned.ts";
import { untilTrue } from "../until-true.ts";
import { FILTER_FD, fixedCommand, type Tools } from "./command.ts";
import type { Users } from "./users.ts";
import type { Rooms } from "./vacancies.ts";

const closeAside = promisify(close);

export interface SlotDeps {
  readonly tools: Tools;
  readonly users: Users;
  readonly groups: Cgroups | undefined;
  readonly tmpDir: string;
}

/** Where each slot mounts its /tmp, in a mount namespace of its own; `dir` is the server's. */
export const tmpDirOf = (dir: string): string => join(dir, "tmp");

/** Becomes one sandbox, once. */
export class Slot {
  readonly tmpMb: number;
  readonly uid: number;
  readonly group: Group | undefined;
  /** Resolves when it can not become a sandbox any more because it has ended. */
  readonly died: Promise<void>;
  readonly #deps: SlotDeps;
  #rooms: Rooms | undefined;
  #current: Spawned;
  #taken = false;
  /** Descriptors of the mount namespace that holds /tmp, and of the user namespace that rules it: they hold it when all its processes have ended. */
  #namespaces: readonly number[] = [];
  #retirement: Promise<void> | undefined;

  /** Rejects with an outage that says why when it can not be made, and leaves nothing. `rooms`: what can be filled once the program runs. */
  static async make(deps: SlotDeps, name: string, tmpMb: number, rooms?: Rooms): Promise<Slot> {
    const uid = await deps.users.take();
    let slot: Slot | undefined;
    try {
      slot = new Slot(deps, uid, name, tmpMb, rooms);
      await slot.#prepare();
      return slot;
    } catch (error) {
      await slot?.retire();
      if (!slot) deps.users.giveBack(uid);
      throw error;
    }
  }

  private constructor(deps: SlotDeps, uid: number, name: string, tmpMb: number, rooms: Rooms | undefined) {
    this.#deps = deps;
    this.uid = uid;
    this.tmpMb = tmpMb;
    this.#rooms = rooms;
    this.group = deps.groups?.create(name);
    // Nobody waits for it: it yields to whatever runs.
    if (rooms) this.group?.weigh(0);
    this.#current = this.#spawn();
    this.died = this.#current.gone.then(() => {});
  }

  /** The process that becomes the program when it is fed; again after the first has ended, with the same /tmp where the host lets us keep it. */
  launch(): Spawned {
    if (this.#taken) this.#current = this.#spawn();
    this.#taken = true;
    return this.#current;
  }

  /** What is vacant inside until it is filled. */
  get vacancies(): readonly Mount[] {
    return this.#rooms?.vacancies ?? [];
  }

  /** Puts mounts into what is vacant, read-only; once. What starts in this slot afterwards has mounts of its own. Rejects with an outage. */
  async fill(mounts: readonly Mount[]): Promise<void> {
    const rooms = this.#rooms;
    this.#rooms = undefined;
    await rooms?.fill(this.#current, mounts);
  }

  /** Ends what runs in it and frees all of it. */
  retire(): Promise<void> {
    return (this.#retirement ??= this.#retire());
  }

  async #prepare(): Promise<void> {
    await this.#current.tells(/\n/);
    if (this.#current.told !== PREPARED) throw await whyNot(this.#current);
    const { pid } = this.#current;
    const { keepers, setpriv } = this.#deps.tools;
    if (pid !== undefined && keepers) this.#namespaces = (setpriv ? ["mnt"] : ["mnt", "user"]).map((kind) => openSync(`/proc/${pid}/ns/${kind}`, "r"));
  }

  #spawn(): Spawned {
    const { tools, tmpDir } = this.#deps;
    const { keepers, filterFile } = tools;
    const passed = this.#namespaces;
    const script = [
      ...joinLines(this.group),
      ...passed.map((_, index) => `exec ${FILTER_FD + index}<&-`),
      ...(keepers && passed.length === 0 ? [`${quote(keepers.mount)} -t tmpfs -o size=${this.tmpMb}m,mode=1777,nosuid,nodev fugaz-tmp ${quote(tmpDir)} || exit 126`] : []),
      ...(passed.length === 0 ? (this.#rooms?.prepareLines ?? []) : []),
      `echo ${PREPARED.trim()} >&${STATUS_FD}`,
      `exec "$@"${filterFile === undefined ? "" : ` ${FILTER_FD}<${quote(filterFile)}`}`,
    ];
    const [command = "/bin/sh", ...args] = [...this.#entrance(passed.length > 0), "/bin/sh", "-c", script.join("\n"), "sh", ...fixedCommand(tools, this.uid)];
    return new Spawned({ command, args, env: {}, cwd: "/", channel: true, control: true, fed: true, passed });
  }

  /** Into new namespaces, or into those that hold the /tmp of before. What the host mounts later is seen, what we mount is seen nowhere else. */
  #entrance(again: boolean): readonly string[] {
    const { keepers, setpriv } = this.#deps.tools;
    if (!keepers) return [];
    if (!again) return [keepers.unshare, ...(setpriv ? [] : ["--user", "--map-root-user"]), "--mount", "--propagation", "slave", "--"];
    const at = (index: number): string => `/proc/self/fd/${FILTER_FD + index}`;
    return [keepers.nsenter, ...(setpriv ? [] : [`--user=${at(1)}`, "--preserve-credentials"]), `--mount=${at(0)}`, "--"];
  }

  async #retire(): Promise<void> {
    this.group?.killAll();
    this.#current.killProcessGroup();
    await this.#current.gone;
    this.#current.closePipes();
    // Takes the kernel a while: a whole tree of mounts goes.
    await Promise.all(this.#namespaces.map(async (descriptor) => await closeAside(descriptor)));
    await untilTrue(() => this.group?.remove() ?? true);
    this.#deps.users.giveBack(this.uid);
  }
}
