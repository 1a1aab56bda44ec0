export { errorKinds, isErrorKind } from "./kind.ts";
export type { ErrorKind } from "./kind.ts";
export { OplError, isOplError, toOplError } from "./opl-error.ts";
export type { ErrorDetails, OplErrorInit } from "./opl-error.ts";
export { defineErrors } from "./define-errors.ts";
export type { ErrorDefinition, ErrorFactory, ErrorOverrides } from "./define-errors.ts";
