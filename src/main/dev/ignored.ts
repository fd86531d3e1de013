// What changes in a source folder without anybody having changed the source.

const folders = new Set([".git", ".hg", ".svn", ".idea", ".vscode", ".vs", ".fugaz", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".venv", "venv", ".cache", ".aws-sam", ".serverless"]);

/** Installed packages: only that something was installed is of interest, not each of ten thousand files. */
export const packagesFolder = "node_modules";

/** Whether saves below a folder of this name are looked at. */
export const isWatchedFolder = (name: string): boolean => !folders.has(name);

/** Whether a folder of this name may be a function. */
export const isSourceFolder = (name: string): boolean => isWatchedFolder(name) && name !== packagesFolder && !name.startsWith(".");

/** Swap, backup and lock files of Vim, Emacs, JetBrains' editors, Kate and others; what finders leave; compiled Python. */
const passing = /^(\.#.*|#.*#|.*~|\.?.*\.sw[a-z]|4913|.*___jb_(tmp|old)___|\.goutputstream-.*|\.kate-swp|.*\.kate-swp|\.DS_Store|.*\.py[co]|.*\.tmp|\.~lock\..*|.*\.crdownload)$/;

/** Whether a change of a file of this name is no save. */
export const isPassingFile = (name: string): boolean => passing.test(name);
