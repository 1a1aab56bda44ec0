import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { connectMessaging } from "@opl/messaging";
import { createLogger } from "@opl/telemetry";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { natsPasswords, natsPasswordsFile } from "../setup/nats-passwords.ts";
import { makeSecrets, readSecret, services } from "../setup/secrets.ts";
import { type NatsServer, startNatsServer } from "../up/nats-server.ts";
import { devNatsConfig } from "./nats-config.ts";

const root = mkdtempSync(path.join(tmpdir(), "opl-nats-config-"));
const secretsDir = path.join(root, "secrets");
beforeAll(() => makeSecrets(secretsDir));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** The pod's `/etc/nats`, both files side by side, but for what a pod has to itself: its disk and the port of its monitor. */
function start(folder: string, passwords: string): Promise<NatsServer> {
  const storeDir = mkdtempSync(path.join(root, folder));
  writeFileSync(path.join(storeDir, natsPasswordsFile), passwords, { mode: 0o600 });
  return startNatsServer({
    storeDir,
    configText: (_port, storeSeen) =>
      devNatsConfig()
        .replace('"/data"', JSON.stringify(storeSeen))
        .replace(/^http: .*\n/m, ""),
  });
}

describe("nats.conf of the cluster", () => {
  it("takes every user's password from the mounted file", async () => {
    const server = await start("whole-", natsPasswords(secretsDir));
    try {
      for (const user of [...services, "operator"]) {
        const password = readSecret(path.join(secretsDir, user, "nats-password"));
        await using messaging = await connectMessaging({ url: server.url, user, password, name: user, logger: createLogger({ name: user, level: "silent" }) });
        expect(messaging.isConnected(), user).toBe(true);
      }
    } finally {
      await server.stop();
    }
  });

  it("without a line the server says whose is missing, and does not start", async () => {
    const passwords = natsPasswords(secretsDir).replace(/^NATS_PASSWORD_CONSENT: .*\n/m, "");
    await expect(start("short-", passwords)).rejects.toThrow(/NATS_PASSWORD_CONSENT/);
  });
});
