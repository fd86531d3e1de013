// Numbers of the system calls that the filter speaks of; the kernel gives each architecture its own.

export interface Architecture {
  /** AUDIT_ARCH_* of linux/audit.h. */
  readonly audit: number;
  /** Where a second numbering of the same architecture begins (x32). */
  readonly foreignFrom: number | undefined;
  readonly numbers: Readonly<Partial<Record<Syscall, number>>>;
}

/** Since 5.2 all architectures count alike. */
const alike = {
  io_uring_setup: 425, io_uring_enter: 426, io_uring_register: 427, open_tree: 428, move_mount: 429, fsopen: 430, fsconfig: 431, fsmount: 432, fspick: 433,
  clone3: 435, mount_setattr: 442, quotactl_fd: 443, open_tree_attr: 467,
} as const;

/** arch/x86/entry/syscalls/syscall_64.tbl */
const x64 = {
  ...alike,
  socket: 41, clone: 56, syslog: 103, uselib: 134, personality: 135, ustat: 136, sysfs: 139, vhangup: 153, pivot_root: 155, _sysctl: 156, acct: 163, settimeofday: 164,
  mount: 165, umount2: 166, swapon: 167, swapoff: 168, reboot: 169, iopl: 172, ioperm: 173, create_module: 174, init_module: 175, delete_module: 176,
  get_kernel_syms: 177, query_module: 178, quotactl: 179, nfsservctl: 180, lookup_dcookie: 212, clock_settime: 227, kexec_load: 246, add_key: 248, request_key: 249,
  keyctl: 250, unshare: 272, perf_event_open: 298, fanotify_init: 300, open_by_handle_at: 304, setns: 308, finit_module: 313, kexec_file_load: 320, bpf: 321, userfaultfd: 323,
} as const;

/** include/uapi/asm-generic/unistd.h */
const arm64 = {
  ...alike,
  lookup_dcookie: 18, umount2: 39, mount: 40, pivot_root: 41, nfsservctl: 42, vhangup: 58, quotactl: 60, acct: 89, personality: 92, unshare: 97, kexec_load: 104,
  init_module: 105, delete_module: 106, clock_settime: 112, syslog: 116, reboot: 142, settimeofday: 170, socket: 198, add_key: 217, request_key: 218, keyctl: 219,
  clone: 220, swapon: 224, swapoff: 225, perf_event_open: 241, fanotify_init: 262, open_by_handle_at: 265, setns: 268, finit_module: 273, bpf: 280, userfaultfd: 282,
  kexec_file_load: 294,
} as const;

export type Syscall = keyof typeof x64;

/** By `process.arch`. */
export const architectures: Readonly<Record<string, Architecture>> = {
  x64: { audit: 0xc000_003e, foreignFrom: 0x4000_0000, numbers: x64 },
  arm64: { audit: 0xc000_00b7, foreignFrom: undefined, numbers: arm64 },
};
