import { describe, expect, test } from "vitest";
import { nodeOf } from "../codecs/shapes.ts";
import type { Model, ShapeModel } from "../model.ts";
import { compileChecks } from "../validate-compile.ts";
import { loadModel, loadModelIndex } from "./load-model.ts";

const cache = new Map<string, Model>();
const ids = loadModelIndex().map(({ id }) => id);

describe("the models", () => {
  test("are loaded once per cache", () => {
    expect(loadModel("sts", cache)).toBe(loadModel("sts", cache));
  });

  test.each(loadModelIndex())("agree with the index on $id", (summary) => {
    const { pathRoots: _, ...rest } = summary;
    expect(loadModel(summary.id, cache)).toMatchObject(rest);
  });

  test.each(ids)("of %s are whole: every shape links, every check compiles", (id) => {
    const model = loadModel(id, cache);
    for (const name of Object.keys(model.shapes)) {
      nodeOf(model, name);
      compileChecks(model, name, "all");
    }
    for (const [name, operation] of Object.entries(model.operations)) {
      for (const side of [operation.input, operation.output]) if (side !== undefined) expect(model.shapes[side]?.type, `${id}.${name}`).toBe("structure");
      for (const error of operation.errors) expect(model.shapes[error], `${id}.${error}`).toMatchObject({ error: { status: expect.any(Number) as number } });
    }
  });

  test.each(ids)("of %s bind every label of every URI template", (id) => {
    const model = loadModel(id, cache);
    for (const [name, { uri, input }] of Object.entries(model.operations)) {
      const labels = [...uri.matchAll(/\{(\w+)\+?\}/g)].map((match) => match[1] ?? "");
      const members = Object.entries(membersOf(model.shapes[input ?? ""])).filter(([, member]) => member.location === "uri").map(([member]) => member);
      expect(labels.toSorted(), `${id}.${name}`).toEqual(members.toSorted());
    }
  });

  test("keep S3's bucket in the path and leave out the SDK's own x-id", () => {
    const { operations } = loadModel("s3", cache);
    expect(operations.PutObject?.uri).toBe("/{Bucket}/{Key+}");
    expect(operations.ListObjectsV2?.uri).toBe("/{Bucket}?list-type=2");
    expect(operations.ListBuckets?.uri).toBe("/");
    expect(Object.values(operations).filter(({ uri }) => uri.includes("x-id"))).toEqual([]);
  });

  test("mean by their patterns what Java means", () => {
    const matches = (id: string, shape: string, text: string): boolean => {
      const { pattern, regexp } = loadModel(id, cache).shapes[shape] as Extract<ShapeModel, { type: "string" }>;
      return new RegExp(`^(?:${regexp?.source ?? pattern ?? ""})$`, regexp?.flags ?? "").test(text);
    };
    expect(matches("dynamodb", "AutoScalingPolicyName", "a b~")).toBe(true);
    expect(matches("dynamodb", "AutoScalingPolicyName", "ü")).toBe(false);
    expect(matches("dynamodb", "AutoScalingRoleArn", "\u{1f600}ü")).toBe(true);
    expect(matches("dynamodb", "AutoScalingRoleArn", "\ud83d")).toBe(false);
    expect(matches("iam", "tagKeyType", "Größe 名前/:=+-@._")).toBe(true);
    expect(matches("iam", "tagKeyType", "a*")).toBe(false);
  });

  test("are small enough to be read in passing", () => {
    const bytes = ["s3", "lambda", "iam", "logs", "sts"].map((id) => JSON.stringify(loadModel(id, cache)).length);
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(1_500_000);
  });
});

function membersOf(shape: ShapeModel | undefined): Readonly<Record<string, { readonly location?: string }>> {
  return shape?.type === "structure" ? shape.members : {};
}
