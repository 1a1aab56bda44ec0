import { writtenTppDocument } from "@opl/contracts/model";
import { z } from "zod";

/** JSON Schema of tpp.yaml: help in editors. */
export function tppDocumentSchema(): string {
  const schema = z.toJSONSchema(writtenTppDocument, { io: "input", unrepresentable: "any" });
  return `${JSON.stringify({ ...schema, title: "Desired state of a TPP" }, null, 2)}\n`;
}
