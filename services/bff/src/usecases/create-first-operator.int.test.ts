import { Secret } from "@opl/service";
import { expect, it } from "vitest";
import { startBff } from "../../test/bff.ts";

const email = "ops@example.fi";
const first = { OPL_OPERATOR_EMAIL: email, OPL_OPERATOR_PASSWORD_FILE: new Secret("operator operator ledger") };
const other = { name: "n", email, password: "kolme sinistä kissaa" };

it("makes the operator whom the configuration names, once", async () => {
  await using bff = await startBff({ config: first });
  await bff.replica();
  const browser = bff.browser();
  expect((await browser.send("POST", "/api/auth/sign-in/email", { body: { email, password: "operator operator ledger" } })).status).toBe(200);
  expect((await browser.get("/api/operator/banks")).status).toBe(200);
});

it("gives nothing to who signed up with that address before (TM-29)", async () => {
  await using bff = await startBff();
  const browser = bff.browser();
  await browser.send("POST", "/api/auth/sign-up/email", { body: other });
  await bff.replica(first);
  await browser.send("POST", "/api/auth/sign-in/email", { body: { email, password: other.password } });
  expect((await browser.get("/api/me")).json()).toMatchObject({ email, role: "person" });
  expect((await browser.get("/api/operator/banks")).status).toBe(403);
});
