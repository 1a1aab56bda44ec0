import { Secret } from "@opl/service";
import { expect, it } from "vitest";
import { startBff } from "../../test/bff.ts";

const demo = { OPL_DEMO_EMAIL: "Demo@example.fi", OPL_DEMO_PASSWORD_FILE: new Secret("demo demo ledger") };

it("makes the demo person at the first start and leaves them as they are at the next", async () => {
  await using bff = await startBff({ config: demo });
  const signIn = () => bff.browser().send("POST", "/api/auth/sign-in/email", { body: { email: "demo@example.fi", password: "demo demo ledger" } });
  const first = await signIn();
  expect(first.status).toBe(200);
  await bff.replica({ ...demo, OPL_DEMO_PASSWORD_FILE: new Secret("another password") });
  expect((await signIn()).json()).toEqual(first.json());
});
