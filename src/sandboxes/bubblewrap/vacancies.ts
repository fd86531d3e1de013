// Directories inside that are filled when the program already runs. Mounts made in a slot's namespace reach the sandbox in it, whose own namespace is its slave; so
// a process that waits there, with one thing left to do, adds code to a running sandbox without giving any right to what runs inside.
import { mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import { outage } from "../../kernel/fault.ts";
import { CONTROL_FD, type Mount } from "../../ports/sandbox.ts";
import { architectures } from "../seccomp/syscalls.ts";
import { quote, STATUS_FD, OPTIONS_FD } from "../shell-entry.ts";
import type { Spawned } from "../spawned.ts";
import type { Keepers } from "./command.ts";

/** The vacant directories of one slot. */
export interface Rooms {
  /** Shell lines for the slot's namespace: make the places and leave somebody behind who waits to fill them. */
  readonly prepareLines: readonly string[];
  /** Where the vacant directories come from: mounts that follow what is mounted over their sources. */
  readonly vacancies: readonly Mount[];
  /** Has the one who waits mount what is meant for them; rejects with an outage. */
  fill(slot: Spawned, mounts: readonly Mount[]): Promise<void>;
}

/**
 * Mounts each line it reads over the next of the places it is told, and says `done` and 0 or not. Perl is there where Debian and Ubuntu are, and once it waits
 * nothing has to be started: a fifth of a millisecond, where a shell that starts mount(8) takes two or three. Its words: the number of the system call, the places.
 */
const FILLER = String.raw`
  my $mount = shift;
  my @sources = map { scalar <STDIN> // exit } @ARGV;
  chomp @sources;
  for my $place (@ARGV) { syscall($mount, shift @sources, $place, 0, 4096, 0) == 0 or print("$place: $!\ndone 1\n"), exit }
  print "done 0\n";`;

/** Places in `dir`, which is made, for what lies below `shelf`. */
export function openVacancies(dir: string, shelf: string, { mount, perl }: Keepers): (targets: readonly string[]) => Rooms {
  const shelfDir = join(dir, "shelf");
  mkdirSync(shelfDir, { recursive: true });
  const placeOf = (index: number): string => {
    const place = join(dir, String(index));
    // A loader that finds no `lib` when it starts never looks there again.
    mkdirSync(join(place, "lib"), { recursive: true });
    return place;
  };
  return (targets) => {
    const vacancies = targets.map((target, index) => ({ source: placeOf(index), target }));
    const names = targets.map((_, index) => `place${index}`);
    const mounts = vacancies.map(({ source }, index) => `${quote(mount)} -n --bind "$place${index}" ${quote(source)}`);
    const number = architectures[process.arch]?.numbers.mount;
    const quickly = perl === undefined || number === undefined ? "false" : [perl, "-e", FILLER, String(number), ...vacancies.map(({ source }) => source)].map(quote).join(" ");
    return {
      vacancies,
      prepareLines: [
        // Read-only here, so that what is taken from it is.
        `${quote(mount)} -n -o bind,ro,nosuid,nodev ${quote(shelf)} ${quote(shelfDir)} || exit 126`,
        ...vacancies.map(({ source }) => `${quote(mount)} -n --bind --make-shared ${quote(source)} ${quote(source)} || exit 126`),
        // Nobody's child: who is started next counts its own.
        `({ ${quickly} || { ${names.map((name) => `IFS= read -r ${name}`).join(" && ")} && ${mounts.join(" && ")}; echo "done $?"; }; } <&${CONTROL_FD} >&${CONTROL_FD} 2>&1 ${CONTROL_FD}<&- 3>&- ${STATUS_FD}>&- ${OPTIONS_FD}<&- &)`,
      ],
      fill: async (slot, given) => {
        const sources = vacancies.map(({ target }) => given.find((each) => each.target === target)?.source ?? "");
        const paths = sources.map((source) => relative(shelf, source));
        if (paths.some((path) => path.startsWith("..") || path.includes("\n"))) throw outage("sandbox.become", { cause: new Error(`not everything lies below ${shelf}: ${sources.join(", ")}`), retryable: false });
        const { control } = slot;
        if (!control) throw outage("sandbox.become", { cause: new Error("the sandbox has no one who fills it"), retryable: false });
        let said = "";
        const answered = new Promise<void>((resolve) => {
          control.on("data", (chunk: Buffer) => {
            said += chunk.toString();
            if (/^done \d+\n/m.test(said)) resolve();
          });
        });
        control.write(paths.map((path) => `${join(shelfDir, path)}\n`).join(""));
        await Promise.race([answered, slot.gone]);
        control.destroy();
        if (!said.endsWith("done 0\n")) throw outage("sandbox.become", { cause: new Error(said.trim() || "the sandbox ended"), retryable: true });
      },
    };
  };
}
