import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { OplError } from "@opl/errors";
import { eventually } from "@opl/testkit";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { aDocument, anAspsp } from "../../../services/tpp-registry/src/testing/document.ts";
import { lost, type StandInGateway, standInGateway } from "../../../services/tpp-registry/src/testing/gateway.ts";
import { startRegistry, type TestRegistry } from "../../../services/tpp-registry/src/testing/start-registry.ts";
import { makeSecrets } from "../../setup/secrets.ts";
import { runHere } from "../testing/run.ts";

let folder: string;
let bank: StandInGateway;
let registry: TestRegistry;
let started = 0;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "opl-desired-"));
  makeSecrets(path.join(folder, "secrets"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const names = ["aalto", "birka", "cygnaeus"];
beforeEach(async () => {
  bank = standInGateway(
    () => Temporal.Now.instant().add({ hours: 1 }).toString(),
    names.map((name) => anAspsp(name)),
  );
  const keys = {
    key: path.join(folder, "secrets", "tpp-registry", "service-key.json"),
    jwks: path.join(folder, "secrets", "tpp-registry", "service-jwks.json"),
  };
  registry = await startRegistry(keys, bank, { OPL_TPP_DRIFT_CHECK_SECONDS: "0.5" });
  started += 1;
});
afterEach(() => registry[Symbol.asyncDispose]());

function write(document: unknown): string {
  const file = path.join(folder, `tpp-${started}.yaml`);
  writeFileSync(file, stringify(document));
  return file;
}
function tpp(command: "plan" | "apply", document: unknown, ...options: string[]) {
  const args = ["tpp", command, "--file", write(document), "--registry", registry.url, "--secrets", path.join(folder, "secrets"), ...options];
  return runHere(args, { pause: (ms) => delay(Math.min(ms, 50)) });
}
const events = (out: string): { event: string; [key: string]: unknown }[] =>
  out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
const clientsAt = (aspspId: string) => [...bank.clients.values()].filter((client) => client.aspspId === aspspId);
const tamper = (aspspId: string): void => {
  for (const [registrationId, client] of bank.clients)
    if (client.aspspId === aspspId) bank.clients.set(registrationId, { ...client, redirectUris: ["https://elsewhere.example/back"] });
};

describe("tpp plan and tpp apply, against a registry over Postgres and NATS", () => {
  it("register at every bank of the file; a second apply changes nothing and asks nothing of a bank but its record", async () => {
    const document = aDocument(names);
    const before = await tpp("plan", document, "--exit-code");
    expect(before).toMatchObject({ code: 2, err: "" });
    expect(before.out).toContain("3 banks to do");
    const applied = await tpp("apply", document, "--json");
    expect(applied.code, applied.out).toBe(0);
    expect(events(applied.out).at(-1)).toMatchObject({ event: "converged", banks: 3 });
    expect(names.map((name) => clientsAt(name).length)).toEqual([1, 1, 1]);
    const asked = () =>
      [...bank.asked]
        .filter(([operation]) => !["listAspsps", "readRegistration"].includes(operation))
        .map(([operation, count]) => `${operation} ${count}`)
        .toSorted();
    const once = asked();
    const again = await tpp("apply", document, "--json");
    expect(again.code).toBe(0);
    expect(events(again.out)).toMatchObject([{ event: "plan", toDo: 0 }, { event: "applied", revision: 1 }, { event: "converged" }]);
    expect(asked()).toEqual(once);
    expect(await tpp("plan", document, "--exit-code")).toMatchObject({ code: 0 });
    expect((await tpp("apply", document)).out).toMatch(
      /^[^\n]+: Nothing to do, 3 banks as wanted\.\n\nIn force as revision 1\.\n\nEverything is as the file wants it, at 3 banks/,
    );
  });

  it("a file that names no origin follows the platform's; one that names another is taken, with a note", async () => {
    const { tpp: ours, ...rest } = aDocument(["aalto"]);
    const { publicOrigin: _left, ...profile } = ours;
    const document = { ...rest, tpp: profile };
    expect(await tpp("apply", document)).toMatchObject({ code: 0, err: "" });
    expect(clientsAt("aalto").map(({ redirectUris }) => redirectUris)).toEqual([["https://ledger.example/connect/return/aalto"]]);
    const again = events((await tpp("apply", document, "--json")).out);
    expect(again).toMatchObject([{ event: "plan", toDo: 0 }, { event: "applied", revision: 1 }, { event: "converged" }]);
    const elsewhere = await tpp("plan", aDocument(["aalto"], { publicOrigin: "http://localhost:8400" }));
    expect(elsewhere.err).toMatch(/^Note: .*tpp\.publicOrigin: http:\/\/localhost:8400 is not where this platform is reached \(https:\/\/ledger\.example\)/);
    expect(elsewhere.out).toMatch(/~ aalto +update/);
  });

  it("change what the file changes: another redirect URI by a successor, a bank left by ending there", async () => {
    expect((await tpp("apply", aDocument(names))).code).toBe(0);
    const changed = aDocument([{ aspsp: "aalto", redirectUris: ["https://ledger.example/back"] }, { aspsp: "birka", state: "absent" }, "cygnaeus"]);
    const planned = await tpp("plan", changed);
    expect(planned.out).toMatch(/~ aalto +update/);
    expect(planned.out).toContain("redirectUris: https://ledger.example/connect/return/aalto → https://ledger.example/back");
    expect(planned.out).toMatch(/- birka +end/);
    expect(await tpp("apply", changed)).toMatchObject({ code: 0 });
    expect(clientsAt("aalto").map(({ redirectUris }) => redirectUris)).toContainEqual(["https://ledger.example/back"]);
    expect(clientsAt("birka")).toEqual([]);
    expect(bank.made.get("cygnaeus")).toBe(1);
    expect(await tpp("plan", changed, "--exit-code")).toMatchObject({ code: 0 });
  });

  it("a bank that says no ends it with 77 and its reason, the others are done; applied again, it is tried again", async () => {
    bank.fail("submitRegistration", "before", new OplError({ code: "ERR_ASPSP_REJECTED", kind: "rejected", message: "The bank refused the registration." }));
    const refused = await tpp("apply", aDocument(names));
    expect(refused.code).toBe(77);
    expect(refused.err).toContain("The bank refused the registration");
    expect([...bank.clients.values()]).toHaveLength(2);
    expect(await tpp("apply", aDocument(names))).toMatchObject({ code: 0 });
    expect([...bank.clients.values()]).toHaveLength(3);
  });

  it.each([
    [0, "before it says anything"],
    [1, "when it has said what is to do"],
    [2, "when the file is in force"],
    [3, "while banks are registered at"],
  ])("killed after %i lines, %s: run again it converges, and each bank has us once", async (lines) => {
    const document = aDocument(names);
    const main = path.join(import.meta.dirname, "../main.ts");
    const args = ["tpp", "apply", "--file", write(document), "--registry", registry.url, "--secrets", path.join(folder, "secrets"), "--json"];
    const killed = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "inherit"] });
    const ended = new Promise((resolve) => killed.once("exit", (_code, signal) => resolve(signal)));
    let said = 0;
    const die = (): void => {
      if (said === lines) killed.kill("SIGKILL");
    };
    killed.once("spawn", die);
    createInterface({ input: killed.stdout }).on("line", () => {
      said += 1;
      die();
    });
    expect(await ended).toBe("SIGKILL");
    expect(await tpp("apply", document)).toMatchObject({ code: 0 });
    expect(names.map((name) => [clientsAt(name).length, bank.made.get(name)])).toEqual(names.map(() => [1, 1]));
    expect(await tpp("plan", document, "--exit-code")).toMatchObject({ code: 0 });
  });

  it("a gateway that is away is waited for until the time is over", async () => {
    expect(await tpp("plan", aDocument(names))).toMatchObject({ code: 0 });
    bank.away(lost);
    const late = await tpp("apply", aDocument(["aalto"]), "--timeout", "1");
    expect(late.code).toBe(75);
    expect(late.err).toContain("aalto");
    bank.away(null);
    expect(await tpp("apply", aDocument(["aalto"]))).toMatchObject({ code: 0 });
    expect(bank.made.get("aalto")).toBe(1);
  });

  it("drift at a bank is seen within one interval, repaired or only told as the file says", async () => {
    const document = aDocument(["aalto", { aspsp: "birka", onDrift: "report" }]);
    expect((await tpp("apply", document)).code).toBe(0);
    tamper("aalto");
    tamper("birka");
    const facts = () =>
      registry.database.database.db.selectFrom("outbox").select("data").where("eventType", "=", "tpp-registry.registration-drifted").execute();
    await eventually(async () =>
      expect((await facts()).map(({ data }) => JSON.parse(data)).toSorted((a, b) => (a.aspspId < b.aspspId ? -1 : 1))).toMatchObject([
        { aspspId: "aalto", fields: ["redirectUris"], repairing: true },
        { aspspId: "birka", fields: ["redirectUris"], repairing: false },
      ]),
    );
    await eventually(async () =>
      expect(clientsAt("aalto").map(({ redirectUris }) => redirectUris)).toContainEqual(["https://ledger.example/connect/return/aalto"]),
    );
    await eventually(async () => {
      const planned = await tpp("plan", document);
      expect(planned.out).toMatch(/! birka +report/);
      expect(planned.out).toContain("Nothing to do, 1 bank as wanted, 1 bank with a difference that is only told.");
      return planned;
    });
    expect(await tpp("plan", document, "--exit-code")).toMatchObject({ code: 2 });
    const applied = await tpp("apply", document);
    expect(applied).toMatchObject({ code: 0, out: expect.stringContaining("but at 1 bank of 2 the bank's own record still differs, which is only told") });
    expect(applied.out).not.toContain("Everything is as the file wants it");
    expect(bank.made.get("birka")).toBe(1);
    expect(await facts()).toHaveLength(2);
  });

  it("a bank that forgot us is registered at anew, once", async () => {
    expect((await tpp("apply", aDocument(["aalto"]))).code).toBe(0);
    bank.clients.clear();
    // It is believed after two minutes of saying so.
    const { db } = registry.database.database;
    await eventually(async () => {
      await db
        .updateTable("bankViews")
        .set({ unknownSince: Temporal.Now.instant().subtract({ minutes: 2 }) })
        .where("unknownTimes", ">", 0)
        .execute();
      return bank.made.get("aalto") === 2;
    });
    expect(await tpp("apply", aDocument(["aalto"]))).toMatchObject({ code: 0 });
    expect(bank.made.get("aalto")).toBe(2);
  });

  it.each([
    ["a bank that nobody knows", aDocument(["alto"]), "banks[0].aspsp: the directory knows no bank alto; perhaps aalto is meant."],
    ["a role that is not ours", aDocument([{ aspsp: "aalto", roles: ["PIS"] }]), "banks[0].roles[0]: PIS is not one of our roles (AIS)"],
  ])("%s is one sentence with its place, and 78", async (_title, document, sentence) => {
    const { code, err } = await tpp("apply", document);
    expect(code).toBe(78);
    expect(err).toContain(sentence);
    expect(err).toMatch(/tpp-\d+\.yaml:\d+:\d+ /);
  });

  it("nobody at the address ends with 69, a wrong operator's key as well", async () => {
    const file = write(aDocument(names));
    const secrets = path.join(folder, "secrets");
    expect(await runHere(["tpp", "plan", "--file", file, "--registry", "http://127.0.0.1:9", "--secrets", secrets])).toMatchObject({ code: 69 });
    makeSecrets(path.join(folder, "others"));
    expect(await runHere(["tpp", "plan", "--file", file, "--registry", registry.url, "--secrets", path.join(folder, "others")])).toMatchObject({ code: 69 });
  });
});
