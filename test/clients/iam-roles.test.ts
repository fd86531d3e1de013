// IAM's records, driven by the official client.
import {
  AttachRolePolicyCommand, CreatePolicyCommand, CreatePolicyVersionCommand, CreateRoleCommand, DeletePolicyCommand, DeletePolicyVersionCommand, DeleteRoleCommand,
  DeleteRolePolicyCommand, DetachRolePolicyCommand, GetPolicyCommand, GetPolicyVersionCommand, GetRoleCommand, GetRolePolicyCommand, GetUserCommand, IAMClient,
  ListAttachedRolePoliciesCommand, ListInstanceProfilesForRoleCommand, ListPoliciesCommand, ListPolicyVersionsCommand, ListRolePoliciesCommand, ListRolesCommand,
  ListRoleTagsCommand, PutRolePolicyCommand, SetDefaultPolicyVersionCommand, TagRoleCommand, UntagRoleCommand, UpdateAssumeRolePolicyCommand, UpdateRoleCommand,
} from "@aws-sdk/client-iam";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { failure } from "./s3-harness.ts";
import { openSmallCloud, type SmallCloud } from "./small-cloud.ts";

const trust = JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }] });
const permissions = JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Action: ["s3:GetObject"], Resource: "arn:aws:s3:::b/*" } });
const BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";

let cloud: SmallCloud;
let client: IAMClient;
let RoleName: string;
let serial = 0;

beforeAll(async () => {
  cloud = await openSmallCloud();
  client = new IAMClient(cloud.settings);
});
afterAll(async () => {
  client.destroy();
  await cloud[Symbol.asyncDispose]();
});
beforeEach(async () => {
  RoleName = `role-${++serial}`;
  await client.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));
});

describe("a role", () => {
  test("is created and read with all the original's members", async () => {
    const { Role } = await client.send(new CreateRoleCommand({
      RoleName: "Whole", Path: "/team/a/", AssumeRolePolicyDocument: trust, Description: "d", MaxSessionDuration: 7200, Tags: [{ Key: "k", Value: "v" }],
      PermissionsBoundary: "arn:aws:iam::aws:policy/PowerUserAccess",
    }));
    expect(Role).toEqual({
      Path: "/team/a/", RoleName: "Whole", RoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}$/), Arn: "arn:aws:iam::000000000000:role/team/a/Whole", CreateDate: expect.any(Date),
      AssumeRolePolicyDocument: expect.stringMatching(/^%7B%22Version%22%3A%222012-10-17%22/), Description: "d", MaxSessionDuration: 7200, Tags: [{ Key: "k", Value: "v" }],
      PermissionsBoundary: { PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: "arn:aws:iam::aws:policy/PowerUserAccess" },
    });
    const read = await client.send(new GetRoleCommand({ RoleName: "Whole" }));
    expect(decodeURIComponent(read.Role?.AssumeRolePolicyDocument ?? "")).toBe(trust);
    expect(read.Role).toEqual({ ...Role, RoleLastUsed: {} });
    expect(await failure(client.send(new CreateRoleCommand({ RoleName: "WHOLE", AssumeRolePolicyDocument: trust })))).toMatchObject({ name: "EntityAlreadyExistsException", message: "Role with name WHOLE already exists.", status: 409 });
    await client.send(new DeleteRoleCommand({ RoleName: "Whole" }));
  });

  test("changes and is listed below its path, in pages", async () => {
    const other = trust.replace("lambda", "events");
    await client.send(new UpdateRoleCommand({ RoleName, Description: "new", MaxSessionDuration: 3601 }));
    await client.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: other }));
    const { Role } = await client.send(new GetRoleCommand({ RoleName }));
    expect(Role).toMatchObject({ Description: "new", MaxSessionDuration: 3601, AssumeRolePolicyDocument: encodeURIComponent(other) });
    for (const name of ["c", "a", "b"]) await client.send(new CreateRoleCommand({ RoleName: `paged-${name}`, Path: "/paged/", AssumeRolePolicyDocument: trust }));
    const first = await client.send(new ListRolesCommand({ PathPrefix: "/paged/", MaxItems: 2 }));
    expect(first).toMatchObject({ IsTruncated: true, Roles: [{ RoleName: "paged-a" }, { RoleName: "paged-b" }] });
    const second = await client.send(new ListRolesCommand({ PathPrefix: "/paged/", MaxItems: 2, Marker: first.Marker }));
    expect(second).toMatchObject({ IsTruncated: false, Roles: [{ RoleName: "paged-c" }] });
  });

  test("keeps inline policies and can not go before them", async () => {
    await client.send(new PutRolePolicyCommand({ RoleName, PolicyName: "p", PolicyDocument: permissions }));
    await client.send(new PutRolePolicyCommand({ RoleName, PolicyName: "__proto__", PolicyDocument: permissions }));
    expect((await client.send(new ListRolePoliciesCommand({ RoleName }))).PolicyNames).toEqual(["__proto__", "p"]);
    const read = await client.send(new GetRolePolicyCommand({ RoleName, PolicyName: "p" }));
    expect(read).toMatchObject({ RoleName, PolicyName: "p" });
    expect(decodeURIComponent(read.PolicyDocument ?? "")).toBe(permissions);
    expect(await failure(client.send(new DeleteRoleCommand({ RoleName })))).toMatchObject({ name: "DeleteConflictException", message: "Cannot delete entity, must delete policies first.", status: 409 });
    for (const PolicyName of ["p", "__proto__"]) await client.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
    for (const act of [() => client.send(new GetRolePolicyCommand({ RoleName, PolicyName: "p" })), () => client.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: "p" }))]) {
      expect(await failure(act())).toMatchObject({ name: "NoSuchEntityException", message: "The role policy with name p cannot be found.", status: 404 });
    }
    await client.send(new DeleteRoleCommand({ RoleName }));
  });

  test("carries managed policies of AWS by name and can not go before them", async () => {
    await client.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: BASIC }));
    await client.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: BASIC }));
    expect((await client.send(new ListAttachedRolePoliciesCommand({ RoleName }))).AttachedPolicies).toEqual([{ PolicyName: "AWSLambdaBasicExecutionRole", PolicyArn: BASIC }]);
    expect((await client.send(new ListAttachedRolePoliciesCommand({ RoleName, PathPrefix: "/other/" }))).AttachedPolicies ?? []).toEqual([]);
    expect(await failure(client.send(new DeleteRoleCommand({ RoleName })))).toMatchObject({ name: "DeleteConflictException", message: "Cannot delete entity, must detach all policies first." });
    for (let n = 1; n < 10; n++) await client.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: `arn:aws:iam::aws:policy/P${n}` }));
    expect(await failure(client.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: "arn:aws:iam::aws:policy/P10" })))).toMatchObject({ name: "LimitExceededException", message: "Cannot exceed quota for PoliciesPerRole: 10", status: 409 });
    await client.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: BASIC }));
    expect(await failure(client.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: BASIC })))).toMatchObject({ name: "NoSuchEntityException", message: `Policy ${BASIC} was not found.` });
    expect(await failure(client.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: "arn:aws:sns:us-east-1:000000000000:topic" })))).toMatchObject({ name: "InvalidInputException" });
  });

  test("keeps tags whose keys differ by more than case", async () => {
    await client.send(new TagRoleCommand({ RoleName, Tags: [{ Key: "Team", Value: "a" }, { Key: "x", Value: "1" }] }));
    await client.send(new TagRoleCommand({ RoleName, Tags: [{ Key: "team", Value: "b" }] }));
    await client.send(new UntagRoleCommand({ RoleName, TagKeys: ["X", "none"] }));
    expect((await client.send(new ListRoleTagsCommand({ RoleName }))).Tags).toEqual([{ Key: "team", Value: "b" }]);
    const duplicate = client.send(new TagRoleCommand({ RoleName, Tags: [{ Key: "a", Value: "1" }, { Key: "A", Value: "2" }] }));
    expect(await failure(duplicate)).toMatchObject({ name: "InvalidInputException", message: "Duplicate tag keys found. Please note that Tag keys are case insensitive." });
  });

  test("has no instance profiles", async () => {
    expect((await client.send(new ListInstanceProfilesForRoleCommand({ RoleName }))).InstanceProfiles).toEqual([]);
  });

  test("that does not exist is missed in the original's words", async () => {
    const none = { RoleName: "none" };
    for (const act of [
      () => client.send(new GetRoleCommand(none)), () => client.send(new DeleteRoleCommand(none)), () => client.send(new UpdateRoleCommand(none)), () => client.send(new ListRolePoliciesCommand(none)),
      () => client.send(new UpdateAssumeRolePolicyCommand({ ...none, PolicyDocument: trust })), () => client.send(new PutRolePolicyCommand({ ...none, PolicyName: "p", PolicyDocument: permissions })),
      () => client.send(new AttachRolePolicyCommand({ ...none, PolicyArn: BASIC })), () => client.send(new ListInstanceProfilesForRoleCommand(none)), () => client.send(new ListRoleTagsCommand(none)),
    ]) expect(await failure(act())).toMatchObject({ name: "NoSuchEntityException", message: "The role with name none cannot be found.", status: 404 });
  });
});

describe("policy documents", () => {
  const statement = { Effect: "Allow", Action: "s3:GetObject", Resource: "*" };
  test.each([
    ["no JSON", "{", "This policy contains invalid Json"],
    ["no statement", "{}", "Syntax errors in policy."],
    ["an unknown version", JSON.stringify({ Version: "2020-01-01", Statement: statement }), "Syntax errors in policy."],
    ["a bad effect", JSON.stringify({ Statement: { ...statement, Effect: "Perhaps" } }), "Syntax errors in policy."],
    ["no action", JSON.stringify({ Statement: { Effect: "Allow", Resource: "*" } }), "Policy statement must contain actions."],
    ["no resource", JSON.stringify({ Statement: { Effect: "Allow", Action: "s3:*" } }), "Policy statement must contain resources."],
    ["an action of nobody", JSON.stringify({ Statement: { ...statement, Action: "GetObject" } }), "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."],
    ["a resource that is no ARN", JSON.stringify({ Statement: { ...statement, Resource: "bucket" } }), 'Resource bucket must be in ARN format or "*".'],
    ["a principal", JSON.stringify({ Statement: { ...statement, Principal: "*" } }), "Policy document should not specify a principal."],
  ])("with %s are refused", async (_what, PolicyDocument, message) => {
    const expected = { name: "MalformedPolicyDocumentException", message, status: 400 };
    expect(await failure(client.send(new PutRolePolicyCommand({ RoleName, PolicyName: "p", PolicyDocument })))).toMatchObject(expected);
    expect(await failure(client.send(new CreatePolicyCommand({ PolicyName: "bad", PolicyDocument })))).toMatchObject(expected);
  });

  test("of trust need a principal and have no resource", async () => {
    const refused = (AssumeRolePolicyDocument: object) => failure(client.send(new CreateRoleCommand({ RoleName: "bad", AssumeRolePolicyDocument: JSON.stringify(AssumeRolePolicyDocument) })));
    const named = { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" };
    expect(await refused({ Statement: { ...named, Resource: "*" } })).toMatchObject({ name: "MalformedPolicyDocumentException", message: "Has prohibited field Resource" });
    expect(await refused({ Statement: { ...named, Principal: undefined } })).toMatchObject({ name: "MalformedPolicyDocumentException" });
    expect(await refused({ Statement: { ...named, Condition: { StringEquals: { "aws:x": "y".repeat(2100) } } } })).toMatchObject({ name: "LimitExceededException", message: "Cannot exceed quota for ACLSizePerRole: 2048" });
  });

  test("need no version", async () => {
    await client.send(new PutRolePolicyCommand({ RoleName, PolicyName: "p", PolicyDocument: JSON.stringify({ Statement: statement }) }));
  });

  test("of one role are bounded together", async () => {
    const large = JSON.stringify({ Statement: { ...statement, Resource: Array.from({ length: 150 }, (_, n) => `arn:aws:s3:::some-bucket-with-a-name/${n}`) } });
    await client.send(new PutRolePolicyCommand({ RoleName, PolicyName: "a", PolicyDocument: large }));
    expect(await failure(client.send(new PutRolePolicyCommand({ RoleName, PolicyName: "b", PolicyDocument: large })))).toMatchObject({ name: "LimitExceededException", message: `Maximum policy size of 10240 bytes exceeded for role ${RoleName}` });
    expect(await failure(client.send(new CreatePolicyCommand({ PolicyName: "large", PolicyDocument: large })))).toMatchObject({ name: "LimitExceededException", message: "Cannot exceed quota for PolicySize: 6144" });
  });
});

describe("a managed policy", () => {
  test("lives from creation to deletion with its versions and attachments", async () => {
    const { Policy } = await client.send(new CreatePolicyCommand({ PolicyName: "Own", Path: "/p/", PolicyDocument: permissions, Description: "d", Tags: [{ Key: "k", Value: "v" }] }));
    expect(Policy).toMatchObject({
      PolicyName: "Own", PolicyId: expect.stringMatching(/^ANPA[A-Z2-7]{17}$/), Arn: "arn:aws:iam::000000000000:policy/p/Own", Path: "/p/", DefaultVersionId: "v1", AttachmentCount: 0, IsAttachable: true,
    });
    const PolicyArn = Policy?.Arn;
    expect(await failure(client.send(new CreatePolicyCommand({ PolicyName: "Own", PolicyDocument: permissions })))).toMatchObject({
      name: "EntityAlreadyExistsException", message: "A policy called Own already exists. Duplicate names are not allowed.", status: 409,
    });
    await client.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
    expect((await client.send(new GetPolicyCommand({ PolicyArn }))).Policy).toMatchObject({ AttachmentCount: 1, Description: "d", Tags: [{ Key: "k", Value: "v" }] });
    expect((await client.send(new ListPoliciesCommand({ Scope: "Local", OnlyAttached: true }))).Policies).toMatchObject([{ PolicyName: "Own" }]);
    expect((await client.send(new ListPoliciesCommand({ Scope: "AWS" }))).Policies).toEqual([]);
    expect(await failure(client.send(new DeletePolicyCommand({ PolicyArn })))).toMatchObject({ name: "DeleteConflictException", message: "Cannot delete a policy attached to entities.", status: 409 });
    await client.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));

    const second = await client.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: permissions, SetAsDefault: true }));
    expect(second.PolicyVersion).toMatchObject({ VersionId: "v2", IsDefaultVersion: true });
    for (let n = 3; n <= 5; n++) await client.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: permissions }));
    expect(await failure(client.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: permissions })))).toMatchObject({ name: "LimitExceededException", status: 409 });
    expect((await client.send(new ListPolicyVersionsCommand({ PolicyArn }))).Versions?.map(({ VersionId }) => VersionId)).toEqual(["v5", "v4", "v3", "v2", "v1"]);
    await client.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: "v3" }));
    const third = await client.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: "v3" }));
    expect(third.PolicyVersion).toMatchObject({ VersionId: "v3", IsDefaultVersion: true });
    expect(decodeURIComponent(third.PolicyVersion?.Document ?? "")).toBe(permissions);
    expect(await failure(client.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: "v3" })))).toMatchObject({ name: "DeleteConflictException", message: "Cannot delete the default version of a policy." });
    expect(await failure(client.send(new DeletePolicyCommand({ PolicyArn })))).toMatchObject({ name: "DeleteConflictException", message: expect.stringContaining("more than one version") });
    for (const VersionId of ["v1", "v2", "v4", "v5"]) await client.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
    expect(await failure(client.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: "v1" })))).toMatchObject({ name: "NoSuchEntityException" });
    await client.send(new DeletePolicyCommand({ PolicyArn }));
    expect(await failure(client.send(new GetPolicyCommand({ PolicyArn })))).toMatchObject({ name: "NoSuchEntityException", message: `Policy ${PolicyArn} was not found.`, status: 404 });
    expect(await failure(client.send(new AttachRolePolicyCommand({ RoleName, PolicyArn })))).toMatchObject({ name: "NoSuchEntityException", message: `Policy ${PolicyArn} does not exist or is not attachable.` });
  });
});

test("the caller without a name is the account's root, and nobody else exists", async () => {
  expect((await client.send(new GetUserCommand({}))).User).toMatchObject({ Path: "/", UserId: "000000000000", Arn: "arn:aws:iam::000000000000:root" });
  expect(await failure(client.send(new GetUserCommand({ UserName: "ana" })))).toMatchObject({ name: "NoSuchEntityException", message: "The user with name ana cannot be found." });
});

test("IAM has no regions, and each account its own records", async () => {
  const elsewhere = new IAMClient({ ...cloud.settings, region: "eu-west-1" });
  expect((await elsewhere.send(new GetRoleCommand({ RoleName }))).Role?.RoleName).toBe(RoleName);
  const stranger = new IAMClient({ ...cloud.settings, credentials: { accessKeyId: "123456789012", secretAccessKey: "x" } });
  expect(await failure(stranger.send(new GetRoleCommand({ RoleName })))).toMatchObject({ name: "NoSuchEntityException" });
  elsewhere.destroy();
  stranger.destroy();
});
