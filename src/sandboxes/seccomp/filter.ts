// Which system calls a sandboxed program may not make: those by which a shared kernel is most often attacked, and that no function needs.
import { assemble, type Line } from "./bpf.ts";
import { architectures, type Architecture, type Syscall } from "./syscalls.ts";

/** Answers of linux/seccomp.h; the low half of an errno answer is the errno. */
const KILL_PROCESS = 0x8000_0000;
const ALLOW = 0x7fff_0000;
const errno = (number: number): number => 0x0005_0000 | number;
const EPERM = 1;
const ENOSYS = 38;

/** Offsets in `struct seccomp_data`, whose arguments are eight bytes each, low half first. */
const NUMBER_AT = 0;
const ARCHITECTURE_AT = 4;
const FIRST_ARGUMENT_AT = 16;

/** Refused like to anybody without the right to. */
const forbidden: readonly Syscall[] = [
  // Mounts: the sandbox's view of files is made, and stays.
  "mount", "umount2", "pivot_root", "open_tree", "open_tree_attr", "move_mount", "fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr",
  // The kernel itself.
  "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module", "create_module", "query_module", "get_kernel_syms", "bpf", "perf_event_open",
  "reboot", "swapon", "swapoff", "iopl", "ioperm", "acct", "syslog", "quotactl", "quotactl_fd", "nfsservctl", "lookup_dcookie", "uselib", "_sysctl", "sysfs", "ustat", "vhangup",
  // The machine's clock.
  "settimeofday", "clock_settime",
  // Ways around the file system's view, around a user's bounds, and a favourite tool of exploits.
  "setns", "open_by_handle_at", "fanotify_init", "add_key", "request_key", "keyctl", "userfaultfd",
];

/** Said not to exist, so that libraries fall back: to clone, whose flags a filter can read, and to epoll. */
const absent: readonly Syscall[] = ["clone3", "io_uring_setup", "io_uring_enter", "io_uring_register"];

/** CLONE_NEW* of linux/sched.h: mount, cgroup, uts, ipc, user, pid and network namespaces. */
const NEW_NAMESPACES = 0x7e02_0000;
/** In clone's flags this bit belongs to the signal number. */
const NEW_TIME_NAMESPACE = 0x80;
/** Sockets to the hypervisor of the host. */
const AF_VSOCK = 40;
/** Linux and 32-bit Linux, with and without the old version name, and the question which one it is: not the flags that weaken a program's memory. */
const personalities: readonly number[] = [0x0, 0x8, 0x2_0000, 0x2_0008, 0xffff_ffff];

/** The compiled filter for `process.arch`, or undefined for an architecture we do not know. */
export function seccompFilter(arch: string): Uint8Array | undefined {
  const architecture = architectures[arch];
  return architecture && assemble(linesFor(architecture));
}

function linesFor({ audit, foreignFrom, numbers }: Architecture): readonly Line[] {
  const is = (name: Syscall, ifTrue: string): readonly Line[] => {
    const value = numbers[name];
    return value === undefined ? [] : [{ test: "equal", value, ifTrue }];
  };
  /** What happens to a call that depends on its first argument: what `decide` lets pass is allowed. */
  const judged = (name: Syscall, decide: readonly Line[]): readonly Line[] => [{ label: name }, { load: FIRST_ARGUMENT_AT }, ...decide, { answer: ALLOW }];
  return [
    { load: ARCHITECTURE_AT },
    { test: "equal", value: audit, ifFalse: "kill" },
    { load: NUMBER_AT },
    ...(foreignFrom === undefined ? [] : [{ test: "at-least", value: foreignFrom, ifTrue: "absent" } as const]),
    ...absent.flatMap((name) => is(name, "absent")),
    ...forbidden.flatMap((name) => is(name, "forbid")),
    ...(["clone", "unshare", "personality", "socket"] as const).flatMap((name) => is(name, name)),
    { answer: ALLOW },
    ...judged("clone", [{ test: "any-bit", value: NEW_NAMESPACES, ifTrue: "forbid" }]),
    ...judged("unshare", [{ test: "any-bit", value: NEW_NAMESPACES | NEW_TIME_NAMESPACE, ifTrue: "forbid" }]),
    ...judged("socket", [{ test: "equal", value: AF_VSOCK, ifTrue: "forbid" }]),
    { label: "personality" },
    { load: FIRST_ARGUMENT_AT },
    ...personalities.map((value): Line => ({ test: "equal", value, ifTrue: "allow" })),
    { label: "forbid" },
    { answer: errno(EPERM) },
    { label: "allow" },
    { answer: ALLOW },
    { label: "absent" },
    { answer: errno(ENOSYS) },
    { label: "kill" },
    { answer: KILL_PROCESS },
  ];
}
