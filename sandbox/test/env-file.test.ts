import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { startBank } from "./bank.ts";

it("each start writes an env file for the registration command: addresses follow, what a person changed stays", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sandbox-"));
  const file = join(folder, "env.json");
  const read = (): Record<string, unknown> => JSON.parse(readFileSync(file, "utf8"));
  try {
    const first = await startBank({ folder });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(read()).toMatchObject({
      OP_TPP_NAME: "Example Ledger TPP",
      OP_API_KEY: "sandbox-portal-key",
      OP_CA_BUNDLE_PATH: first.endpoints.caFile,
      OP_TOKEN_URL: first.endpoints.tokenUrl,
    });
    await first.stop();
    writeFileSync(file, JSON.stringify({ ...read(), OP_TPP_NAME: "Mine", OP_TOKEN_URL: "https://old.example" }));
    const second = await startBank({ folder, env: { SANDBOX_API_KEY: "another-key" } });
    expect(read()).toMatchObject({ OP_TPP_NAME: "Mine", OP_TOKEN_URL: second.endpoints.tokenUrl, OP_API_KEY: "another-key" });
    await second.stop();
    writeFileSync(file, "broken");
    const third = await startBank({ folder });
    expect(read()).toMatchObject({ OP_TPP_NAME: "Example Ledger TPP" });
    await third.stop();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
