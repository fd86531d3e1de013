import { describe, expect, test } from "vitest";
import { policyAllows, type PolicyRequest } from "./policy.ts";

const arn = "arn:aws:lambda:us-east-1:000000000000:function:thumbs";
const request: PolicyRequest = {
  action: "lambda:InvokeFunction",
  resource: arn,
  service: "s3.amazonaws.com",
  context: { "aws:SourceArn": "arn:aws:s3:::pictures", "aws:SourceAccount": "000000000000" },
};
const allow = {
  Sid: "s3",
  Effect: "Allow",
  Principal: { Service: "s3.amazonaws.com" },
  Action: "lambda:InvokeFunction",
  Resource: arn,
};

describe("a resource policy", () => {
  test("without statements allows nothing", () => {
    expect(policyAllows([], request)).toBe(false);
  });

  test("allows what its statement names, with and without the wildcard of an action", () => {
    for (const Action of ["lambda:InvokeFunction", "lambda:*", "*", ["lambda:GetFunction", "LAMBDA:invokefunction"]])
      expect(policyAllows([{ ...allow, Action }], request)).toBe(true);
    expect(policyAllows([{ ...allow, Action: "lambda:GetFunction" }], request)).toBe(false);
  });

  test("is for the service it names, or for everyone", () => {
    expect(policyAllows([{ ...allow, Principal: { Service: ["sns.amazonaws.com", "s3.amazonaws.com"] } }], request)).toBe(true);
    expect(policyAllows([{ ...allow, Principal: "*" }], request)).toBe(true);
    expect(policyAllows([{ ...allow, Principal: { Service: "sns.amazonaws.com" } }], request)).toBe(false);
    expect(policyAllows([{ ...allow, Principal: { AWS: "arn:aws:iam::000000000000:root" } }], request)).toBe(false);
  });

  test("is for the resource it names", () => {
    expect(policyAllows([{ ...allow, Resource: `${arn}:1` }], request)).toBe(false);
    expect(policyAllows([{ ...allow, Resource: "arn:aws:lambda:*:*:function:*" }], request)).toBe(true);
  });

  test("asks all conditions, with keys of any case", () => {
    const conditions = {
      ArnLike: { "AWS:SourceArn": "arn:aws:s3:::pict*" },
      StringEquals: { "aws:sourceaccount": "000000000000" },
    };
    expect(policyAllows([{ ...allow, Condition: conditions }], request)).toBe(true);
    expect(policyAllows([{ ...allow, Condition: { ...conditions, StringEquals: { "AWS:SourceAccount": "111111111111" } } }], request)).toBe(false);
    expect(policyAllows([{ ...allow, Condition: conditions }], { ...request, context: {} })).toBe(false);
    expect(policyAllows([{ ...allow, Condition: { StringLike: { "aws:SourceArn": ["nothing", "arn:*pictures"] } } }], request)).toBe(true);
  });

  test("matches an ARN part by part, so a star does not reach into another account", () => {
    const queue = { ...request, context: { "aws:SourceArn": "arn:aws:sqs:us-east-1:111111111111:mine" } };
    expect(policyAllows([{ ...allow, Condition: { ArnLike: { "aws:SourceArn": "arn:aws:sqs:*:mine" } } }], queue)).toBe(false);
    expect(policyAllows([{ ...allow, Condition: { ArnEquals: { "aws:SourceArn": "arn:aws:sqs:*:111111111111:m?ne" } } }], queue)).toBe(true);
  });

  test("does not allow by an operator it does not know, and does not forget to deny by one", () => {
    const Condition = { DateGreaterThan: { "aws:CurrentTime": "2020-01-01T00:00:00Z" } };
    expect(policyAllows([{ ...allow, Condition }], request)).toBe(false);
    expect(policyAllows([allow, { ...allow, Effect: "Deny", Condition }], request)).toBe(false);
  });

  test("speaks of anybody, and of conditions that are yes or no", () => {
    const open = { ...allow, Principal: "*", Condition: { Bool: { "lambda:InvokedViaFunctionUrl": "true" } } };
    const { service: _nobody, ...anybody } = { ...request, context: { "lambda:InvokedViaFunctionUrl": "true" } };
    expect(policyAllows([open], anybody)).toBe(true);
    expect(policyAllows([{ ...open, Principal: { AWS: "*" } }], anybody)).toBe(true);
    expect(policyAllows([{ ...open, Principal: { AWS: "arn:aws:iam::111111111111:root" } }], anybody)).toBe(false);
    expect(policyAllows([{ ...open, Principal: { Service: "*" } }], anybody)).toBe(false);
    expect(policyAllows([open], { ...anybody, context: { "lambda:InvokedViaFunctionUrl": "false" } })).toBe(false);
  });

  test("denies before it allows", () => {
    expect(policyAllows([allow, { ...allow, Effect: "Deny" }], request)).toBe(false);
    expect(policyAllows([allow, { ...allow, Effect: "Deny", Principal: { Service: "sns.amazonaws.com" } }], request)).toBe(true);
  });

  test("survives nonsense", () => {
    for (const nonsense of [{}, { ...allow, Principal: null }, { ...allow, Action: 7 }, { ...allow, Condition: "yes" }, { ...allow, Condition: { ArnLike: 3 } }])
      expect(policyAllows([nonsense], request)).toBe(false);
    expect(policyAllows([{ ...allow, Action: `${"*a".repeat(50)}b` }], { ...request, action: "a".repeat(5000) })).toBe(false);
  });
});
