import { expect, it } from "vitest";
import { startBff } from "../../test/bff.ts";
import { changeOperator } from "./change-operator.ts";

it("gives and takes the role of somebody who signed up, for sessions that are open", async () => {
  await using bff = await startBff();
  const { browser, email } = await bff.person();
  const status = async () => (await browser.get("/api/operator/banks")).status;
  expect(await status()).toBe(403);
  expect(await changeOperator(bff.app.context, { email: email.toUpperCase(), role: "operator" })).toBe(true);
  expect(await changeOperator(bff.app.context, { email, role: "operator" })).toBe(false);
  expect(await status()).toBe(200);
  expect(await changeOperator(bff.app.context, { email, role: "person" })).toBe(true);
  expect(await changeOperator(bff.app.context, { email, role: "person" })).toBe(false);
  expect(await status()).toBe(403);
  await expect(changeOperator(bff.app.context, { email: "nobody@example.fi", role: "operator" })).rejects.toMatchObject({ code: "ERR_PERSON_UNKNOWN" });
});
