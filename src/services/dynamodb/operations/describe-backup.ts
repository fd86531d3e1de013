// DescribeBackup: a backup and the table as it was.
import { backupFor, descriptionView } from "../backups.ts";
import type { Op } from "../op.ts";

export const describeBackup: Op<"DescribeBackup"> = async ({ BackupArn = "" }, context) => ({ BackupDescription: descriptionView(await backupFor(context, BackupArn)) });
