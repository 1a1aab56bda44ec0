import { inTransaction } from "@opl/postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { register, startGateway } from "../../testing/gateway.ts";
import type { TestGateway } from "../../testing/gateway.ts";
import { startSandbox } from "../../testing/sandbox.ts";
import type { Sandbox } from "../../testing/sandbox.ts";
import { sealCredentials, sealKeys } from "../usecases/registration-secrets.ts";

let sandbox: Sandbox;
let gateway: TestGateway;
beforeAll(async () => {
  sandbox = await startSandbox();
  gateway = await startGateway(sandbox);
});
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await sandbox?.[Symbol.asyncDispose]();
});

it("secrets that one replica changes are those of the other at its next call", async () => {
  const { registrationId } = await register(gateway);
  await using replica = await gateway.replica();
  const { context: here } = gateway.app;
  const { banks: there } = replica.app.context;
  const before = { bank: await there.of(registrationId), link: await there.linkOf(registrationId) };
  expect(await there.of(registrationId)).toBe(before.bank);

  const credentials = await here.banks.credentialsOf(registrationId);
  if (credentials === undefined) throw new Error("no credentials");
  const at = { registrationId, aspspId: "op" };
  const save = await sealCredentials(here, at, { ...credentials, clientId: "another-client" });
  await inTransaction(here.db, save);
  expect((await there.of(registrationId)).clientId).toBe("another-client");

  const renamed = (await here.banks.keysOf(registrationId)).map(({ jwk }, index) => ({ jwk: { ...jwk, kid: `renamed-${index}` } }));
  await inTransaction(here.db, await sealKeys(here, at, renamed));
  expect((await there.linkOf(registrationId)).keys.map(({ kid }) => kid)).toEqual(renamed.map(({ jwk }) => jwk.kid));
});
