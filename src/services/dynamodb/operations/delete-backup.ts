// DeleteBackup: the backup is gone at once; its copy follows in the background.
import { fault } from "../../../kernel/fault.ts";
import { backupFor, descriptionView } from "../backups.ts";
import type { Op } from "../op.ts";

export const deleteBackup: Op<"DeleteBackup"> = async ({ BackupArn = "" }, context) => {
  const backup = await backupFor(context, BackupArn);
  const inUse = backup.state === "creating" || !(await context.tables.backups.remove(backup));
  if (inUse) throw fault("BackupInUseException", { message: `There is another ongoing conflicting backup control plane operation on the table. The backup is either being created, deleted or restored to a table.` });
  const { BackupDetails, ...source } = descriptionView(backup);
  return { BackupDescription: { ...source, BackupDetails: BackupDetails && { ...BackupDetails, BackupStatus: "DELETED" } } };
};
