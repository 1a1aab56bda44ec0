import { readFileSync } from "node:fs";
import { bffRoutes } from "@opl/contracts/http/bff";
import { operatorRoutes } from "@opl/contracts/http/bff-operator";
import { securityRoutes } from "@opl/contracts/http/bff-security";
import { signInRoutes } from "@opl/contracts/http/bff-sign-in";
import { describe, expect, it } from "vitest";
import { openApiDocument } from "./openapi.ts";

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly security?: unknown;
  readonly responses: Readonly<Record<string, unknown>>;
}

const document = openApiDocument() as { openapi: string; paths: Record<string, Record<string, Operation>> };
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

describe("the OpenAPI document", () => {
  it("describes every route of the contract, signing in and out, and the stream", () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(ids.toSorted()).toEqual(
      [...Object.values({ ...bffRoutes, ...operatorRoutes, ...securityRoutes, ...signInRoutes }).map(({ operationId }) => operationId), "live"].toSorted(),
    );
    expect(document.openapi).toBe("3.1.0");
  });

  it.each(operations)("$method $path names its parameters, its proof of origin and its problems", ({ path, method, operation }) => {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect((operation.parameters ?? []).filter((parameter) => parameter.in === "path").map(({ name }) => name)).toEqual(inPath);
    expect((operation.parameters ?? []).some(({ name }) => name === "opl-csrf")).toBe(method !== "get");
    expect(operation.responses["default"]).toBeDefined();
  });

  it("refers only to what it holds", () => {
    const text = JSON.stringify(document);
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) expect(document).toHaveProperty(["components", "schemas", name as string]);
  });

  it("is committed as services/bff/openapi.json; `node services/bff/src/openapi-file.ts` writes it anew", () => {
    expect(JSON.parse(readFileSync(new URL("../openapi.json", import.meta.url), "utf8"))).toEqual(JSON.parse(JSON.stringify(document)));
  });
});
