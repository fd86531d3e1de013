// How roles and policies look on the wire.
import { encodeDocument, type Policy, type PolicyVersion, type Role, type Tag } from "./records.ts";

export const tagsView = (tags: readonly Tag[]): Tag[] => tags.map(({ Key, Value }) => ({ Key, Value }));

/** The original answers "Policy", whatever its own model says. */
const BOUNDARY = "Policy" as string as "PermissionsBoundaryPolicy";

/** A role as lists show it; single reads add the tags and the boundary. */
export const roleSummary = (role: Role) => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.id,
  Arn: role.arn,
  CreateDate: new Date(role.createdMs),
  AssumeRolePolicyDocument: encodeDocument(role.trust),
  ...(role.description === undefined ? {} : { Description: role.description }),
  MaxSessionDuration: role.sessionSecondsMax,
});

export const roleView = (role: Role) => ({
  ...roleSummary(role),
  ...(role.boundary === undefined ? {} : { PermissionsBoundary: { PermissionsBoundaryType: BOUNDARY, PermissionsBoundaryArn: role.boundary } }),
  ...(role.tags.length === 0 ? {} : { Tags: tagsView(role.tags) }),
});

/** A policy as lists show it; single reads add description and tags. */
export const policySummary = (policy: Policy) => ({
  PolicyName: policy.name,
  PolicyId: policy.id,
  Arn: policy.arn,
  Path: policy.path,
  DefaultVersionId: policy.defaultVersion,
  AttachmentCount: policy.attachments,
  PermissionsBoundaryUsageCount: 0,
  IsAttachable: true,
  CreateDate: new Date(policy.createdMs),
  UpdateDate: new Date(policy.updatedMs),
});

export const policyView = (policy: Policy) => ({
  ...policySummary(policy),
  ...(policy.description === undefined ? {} : { Description: policy.description }),
  ...(policy.tags.length === 0 ? {} : { Tags: tagsView(policy.tags) }),
});

export const versionView = (policy: Policy, version: PolicyVersion) => ({
  VersionId: version.id,
  IsDefaultVersion: version.id === policy.defaultVersion,
  CreateDate: new Date(version.createdMs),
});
