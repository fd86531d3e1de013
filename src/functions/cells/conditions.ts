// What a runtime must be told before it boots, and therefore which functions a sandbox that boots ahead can still become.
import { createHash } from "node:crypto";
import type { RuntimeFamily } from "../../ports/runtimes.ts";
import type { SandboxSpec } from "../../ports/sandbox.ts";
import type { BootSpec } from "../runner.ts";

/** All that is fixed when a cell boots: functions with the same conditions can have the same cells. */
export interface Conditions {
  readonly key: string;
  /** For people and metrics. */
  readonly runtime: string;
  /** Loaded ahead, by comma. */
  readonly ahead: string;
  readonly program: Pick<SandboxSpec, "argv" | "env" | "mounts" | "tmpMb" | "vacant">;
}

/** Set while a cell waits: the packages to load ahead, by comma. */
const CELL = "_FUGAZ_CELL";

/** What is read once at the start of a process, by the C library, the loader, OpenSSL and ICU. */
const OF_EVERY_PROCESS = /^(LD_|LC_|LANG$|LANGUAGE$|GLIBC_TUNABLES$|MALLOC_|GCONV_PATH$|LOCPATH$|OPENSSL_|SSL_CERT_|ICU_|UV_)/;
const OF_LANGUAGE: Readonly<Partial<Record<RuntimeFamily, RegExp>>> = {
  // NODE_PATH is read again, NODE_ENV is nobody's but the function's.
  node: /^NODE_(OPTIONS|EXTRA_CA_CERTS|DEBUG|DEBUG_NATIVE|NO_WARNINGS|PENDING_DEPRECATION|PRESERVE_SYMLINKS|PRESERVE_SYMLINKS_MAIN|REDIRECT_WARNINGS|V8_COVERAGE|ICU_DATA|COMPILE_CACHE|COMPILE_CACHE_PORTABLE|DISABLE_COMPILE_CACHE|DISABLE_COLORS|USE_SYSTEM_CA|USE_ENV_PROXY|CHANNEL_FD|UNIQUE_ID|CLUSTER_SCHED_POLICY|TEST_CONTEXT|SKIP_PLATFORM_CHECK)$/,
  // PYTHONPATH is read again.
  python: /^PYTHON(?!PATH$)/,
};

/** Options of Node that load something before the program. */
const LOADING = /(^|\s)(-r|--require|--import|--loader|--experimental-loader|--env-file)/;

/** The same for all functions of a runtime unless they say otherwise; the directories may be empty when a cell boots. */
const USUAL = new Set(["LD_LIBRARY_PATH=/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib"]);

/**
 * Undefined when the function has to boot fresh: its runtime's wrapper can not wait, a wrapper of its own starts it, or a variable that is read at
 * the start names files, which only the function has. `packages`: what its code is known to load first.
 */
export function conditionsOf({ env, tmpMb }: Pick<SandboxSpec, "env" | "tmpMb">, { runtime, opt }: Pick<BootSpec, "runtime" | "opt">, packages: readonly string[] = []): Conditions | undefined {
  const { family } = runtime;
  const ofLanguage = OF_LANGUAGE[family];
  if (!ofLanguage || runtime.version.startsWith("2.") || env["AWS_LAMBDA_EXEC_WRAPPER"] || env["NODE_USE_ENV_PROXY"]) return undefined;
  const early = Object.entries(env).filter(([name]) => OF_EVERY_PROCESS.test(name) || ofLanguage.test(name)).sort(([a], [b]) => (a < b ? -1 : 1));
  if (LOADING.test(env["NODE_OPTIONS"] ?? "")) return undefined;
  if (early.some(([name, value]) => value.includes("/") && !USUAL.has(`${name}=${value}`))) return undefined;
  const program = {
    argv: runtime.argv,
    env: { ...Object.fromEntries(early), TZ: ":UTC", PATH: "/usr/bin:/bin", [CELL]: packages.join() },
    mounts: runtime.mounts,
    tmpMb,
    // What stays vacant would be seen: without layers /opt is empty.
    vacant: opt === undefined ? ["/var/task"] : ["/var/task", "/opt"],
  };
  const key = createHash("sha256").update(JSON.stringify([runtime.interpreter, program])).digest("base64url");
  return { key, runtime: `${family}${runtime.version.split(".").slice(0, family === "node" ? 1 : 2).join(".")}`, ahead: packages.join(), program };
}
