// Checks a decoded input against the model's constraints, once, at the door, in AWS's own sentences.
import { fault, type Fault } from "../kernel/fault.ts";
import type { MemberModel, Model, StructureShape } from "./model.ts";
import type { Validate } from "./protocol.ts";
import { compileChecks, type Check, type Extent } from "./validate-compile.ts";
import { refusal } from "./validate-sentences.ts";

const compiled: Readonly<Record<Extent, WeakMap<Model, Map<string, Check | undefined>>>> = { all: new WeakMap(), required: new WeakMap() };

/** Throws the Fault AWS answers when a required member is missing or a constraint is broken; all violations are in one message. */
export const validate: Validate = (model, operation, input, options) => {
  const inputName = model.operations[operation]?.input;
  if (inputName === undefined) return;
  if (model.protocols[0] === "restXml") requireS3Members(model.shapes[inputName] as StructureShape, input as Readonly<Record<string, unknown>>);
  if (options.missingCode !== undefined) requireParameters(model.shapes[inputName] as StructureShape, input as Readonly<Record<string, unknown>>, options.missingCode);
  const check = checkOf(model, inputName, options.ownValidation ? "required" : "all");
  if (!check) return;
  const violations: string[] = [];
  check(input, "", violations);
  if (violations.length === 0) return;
  if (model.protocols[0] === "restXml" && options.ownValidation) throw fault("MalformedXML", { message: "The XML you provided was not well-formed or did not validate against our published schema", status: 400 });
  throw fault(options.validationCode ?? "ValidationException", { message: refusal(violations) });
};

function checkOf(model: Model, inputName: string, extent: Extent): Check | undefined {
  const known = compiled[extent].get(model) ?? new Map<string, Check | undefined>();
  compiled[extent].set(model, known);
  if (!known.has(inputName)) known.set(inputName, compileChecks(model, inputName, extent));
  return known.get(inputName);
}

/** The Query services' words for the first parameter that is not there. */
function requireParameters({ required }: StructureShape, input: Readonly<Record<string, unknown>>, code: string): void {
  const name = required.find((member) => input[member] === undefined || input[member] === null);
  if (name !== undefined) throw fault(code, { message: `The request must contain the parameter ${name}.`, status: 400 });
}

/** S3 has words of its own for what is missing outside the document; what the document lacks makes it malformed. */
function requireS3Members(shape: StructureShape, input: Readonly<Record<string, unknown>>): void {
  for (const name of shape.required) {
    const member = shape.members[name];
    if (member && (input[name] === undefined || input[name] === null)) throw missing(name, member, shape.payload === name);
  }
}

function missing(name: string, member: MemberModel, isPayload: boolean): Fault {
  if (isPayload) return fault("MissingRequestBodyError", { message: "Request Body is empty", status: 400 });
  const shown = member.name ?? name;
  if (member.location === "header") return fault("InvalidRequest", { message: `Missing required header for this request: ${shown}`, status: 400 });
  return fault("InvalidRequest", { message: `Missing required parameter for this request: ${shown}`, status: 400 });
}
