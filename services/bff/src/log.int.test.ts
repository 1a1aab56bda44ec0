import { createLogger } from "@opl/telemetry";
import { expect, it } from "vitest";
import { newId } from "@opl/service";
import { password, startBff } from "../test/bff.ts";

it("the log holds no password, token, address of a person, account number or text of theirs, and every line is one object (G-16, TM-28)", async () => {
  const lines: string[] = [];
  const logger = createLogger({ name: "bff", level: "trace", destination: { write: (line) => void lines.push(line) } });
  await using bff = await startBff({ logger });
  const { browser, email, holdings } = await bff.person('Aino\n{"level":"fatal"}\u001b[31m');
  const token = /=([A-Za-z0-9]{32})\./.exec(browser.cookie ?? "")?.[1] ?? "none";
  await browser.get("/api/overview");
  await browser.get(`/api/transactions?text=${encodeURIComponent(holdings.canary)}`);
  await browser.send("POST", "/api/auth/sign-up/email", { body: { name: "n", email, password } });
  await browser.send("POST", "/api/auth/sign-in/email", { body: { email, password: `${password}!` } });
  await browser.send("POST", "/api/auth/sign-in/email", { body: `{"email":"${email}","password":"${password}` });
  await browser.send("POST", "/api/connections/return", { body: { redirectContext: "op-fi", parameters: [{ name: "code", value: holdings.canary }] } });
  await browser.get(`/api/connections/${newId()}`, { "user-agent": `\u0080${holdings.canary}` });
  bff.downstream.down.add("ingest");
  await browser.get("/api/overview");
  await browser.send("DELETE", "/api/me");

  expect(lines.length).toBeGreaterThan(10);
  const text = lines.join("");
  for (const secret of [password, token, email, holdings.canary, "FI2112345600000785", "Aino"]) expect(text).not.toContain(secret);
  for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
  expect(text).not.toContain("\u001b");
  const suspicious = lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ subsystem }) => subsystem === "security");
  expect(suspicious).toEqual([
    expect.objectContaining({ route: "/api/connections/:consentId", msg: "asked for something that is not there", sessionId: expect.any(String) }),
  ]);
});
