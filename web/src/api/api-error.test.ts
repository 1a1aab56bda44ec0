import { expect, it } from "vitest";
import { apiErrorFrom } from "./api-error.ts";

it("a problem document keeps its code, its sentence and its facts", async () => {
  const problem = { code: "ERR_PKCS12_UNREADABLE", detail: "The PKCS#12 file cannot be read.", requestId: "r1", details: { reason: "passphrase" } };
  expect(await apiErrorFrom(Response.json(problem, { status: 400 }))).toMatchObject({
    status: 400,
    code: "ERR_PKCS12_UNREADABLE",
    message: "The PKCS#12 file cannot be read.",
    requestId: "r1",
    details: { reason: "passphrase" },
  });
});

it("an answer that is no document still gets a code", async () => {
  expect(await apiErrorFrom(new Response("<html>", { status: 502 }))).toMatchObject({ code: "HTTP_502", details: undefined, unreachable: true });
});
