import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { makeQtsp } from "@opl/eidas/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunEvent } from "./report/reporter.ts";
import { writeEidasFiles } from "./testing/eidas-files.ts";
import { goodSettings, runHere } from "./testing/run.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "opl-dry-run-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a dry run with these settings shows. */
async function shown(settings: Record<string, unknown>) {
  const env = path.join(folder, "env.json");
  writeFileSync(env, JSON.stringify(settings));
  const { code, out, err } = await runHere(["tpp", "register", "--env", env, "--dry-run", "--json"]);
  expect(err).toBe("");
  expect(code).toBe(0);
  const events = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as RunEvent);
  const requests = events.flatMap((event) => (event.event === "request" ? [event.request] : []));
  const statement = requests.flatMap(({ signed }) => signed?.softwareStatement ?? []);
  return { steps: requests.map(({ step }) => step), statement: statement[0] };
}

describe("a dry run shows the statement that is sent", () => {
  const jwks = "https://ledger.example/jwks.json";

  it("with generated certificates their key set, whatever OP_PUBLIC_JWKS_URL says", async () => {
    const { steps, statement } = await shown(goodSettings({ OP_PUBLIC_JWKS_URL: jwks }));
    expect(steps).toEqual(["certificates", "submission", "validation", "validation", "validation"]);
    expect(statement).toMatchObject({
      iss: "<tppId from the certificate generator>",
      software_jwks_endpoint: "<publicJwksUrl from the certificate generator>",
    });
  });

  it("with PEM files of one's own OP_PUBLIC_JWKS_URL and what the certificates say, and no generator", async () => {
    const qtsp = await makeQtsp();
    const [qwac, seal] = [
      await writeEidasFiles(folder, "qwac", await qtsp.certify("qwac")),
      await writeEidasFiles(folder, "seal", await qtsp.certify("qsealc")),
    ];
    const { steps, statement } = await shown(
      goodSettings({
        OP_QWAC_CERT_PATH: qwac.certificate,
        OP_QWAC_KEY_PATH: qwac.key,
        OP_QSEAL_CERT_PATH: seal.certificate,
        OP_QSEAL_KEY_PATH: seal.key,
        OP_QSEAL_KID: "seal-1",
        OP_PUBLIC_JWKS_URL: jwks,
      }),
    );
    expect(steps).toEqual(["submission", "validation", "validation", "validation"]);
    expect(statement).toMatchObject({ iss: "FI-FINFSA-1234567-8", org_id: "FI-FINFSA-1234567-8", software_jwks_endpoint: jwks });
  });
});
