// S3's own words for what goes wrong, as recorded from the original; shared by the operations.
import { fault, type Fault } from "../../kernel/fault.ts";
import { limits } from "../../kernel/limits.ts";

export const noSuchBucket = (bucket: string): Fault =>
  fault("NoSuchBucket", { message: "The specified bucket does not exist", status: 404, BucketName: bucket });

export const noSuchKey = (key: string): Fault =>
  fault("NoSuchKey", { message: "The specified key does not exist.", status: 404, Key: key });

export const noSuchVersion = (key: string, versionId: string): Fault =>
  fault("NoSuchVersion", { message: "The specified version does not exist.", status: 404, Key: key, VersionId: versionId });

export const noSuchUpload = (uploadId: string): Fault =>
  fault("NoSuchUpload", {
    message: "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
    status: 404, UploadId: uploadId,
  });

export const invalidArgument = (message: string, name: string, value: unknown): Fault =>
  fault("InvalidArgument", { message, status: 400, ArgumentName: name, ArgumentValue: value === undefined ? undefined : String(value) });

export const invalidRequest = (message: string): Fault => fault("InvalidRequest", { message, status: 400 });

/** A header that asks for something not built here, or not built in the original. */
export const notImplemented = (header: string, additional?: string): Fault =>
  fault("NotImplemented", {
    message: "A header you provided implies functionality that is not implemented", status: 501, Header: header, additionalMessage: additional,
  });

/** A part of a request document that asks for something not built here: `what` names it. */
export const notBuilt = (what: string): Fault => fault("NotImplemented", { message: `${what} is not implemented.`, status: 501 });

export const malformedXml = (): Fault =>
  fault("MalformedXML", { message: "The XML you provided was not well-formed or did not validate against our published schema", status: 400 });

export const accessDenied = (): Fault => fault("AccessDenied", { message: "Access Denied", status: 403 });

export const preconditionFailed = (condition: string): Fault =>
  fault("PreconditionFailed", { message: "At least one of the pre-conditions you specified did not hold", status: 412, Condition: condition });

export const aclsNotSupported = (): Fault =>
  fault("AccessControlListNotSupported", { message: "The bucket does not allow ACLs", status: 400 });

export const entityTooLarge = (proposedBytes: number, bytesMax: number = limits.s3.putBytesMax): Fault =>
  fault("EntityTooLarge", {
    message: "Your proposed upload exceeds the maximum allowed size", status: 400,
    ProposedSize: proposedBytes, MaxSizeAllowed: bytesMax,
  });

/** The `not configured` answers: their codes and texts differ, their shape does not. */
export const notConfigured = (code: string, message: string, bucket: string): Fault => fault(code, { message, status: 404, BucketName: bucket });
