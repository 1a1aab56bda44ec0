import { describe, expect, it } from "vitest";
import { aCertificate, aRegistration } from "../../test/registry-world.ts";
import { bank } from "../../test/world.ts";
import { operatorBanks } from "./operator-bank.ts";

const at = (second: string, changes: Parameters<typeof aRegistration>[0] = {}) => aRegistration({ startedAt: `2026-11-22T08:00:${second}Z`, ...changes });

describe("the line of a bank", () => {
  it("is what serves now, what is under way, and until when the first certificate lasts", () => {
    const old = at("00");
    const serving = at("10");
    const running = at("20.5", { status: "running", replaces: serving.registrationId });
    const certificates = [
      { ...aCertificate(old), daysLeft: 1, notAfter: "2026-11-23T00:00:00Z" },
      { ...aCertificate(serving), daysLeft: 40, notAfter: "2027-01-01T00:00:00Z" },
      { ...aCertificate(serving), daysLeft: 30, notAfter: "2026-12-22T00:00:00Z" },
      { ...aCertificate(serving), daysLeft: 2, notAfter: "2026-11-24T00:00:00Z", status: "spare" as const },
    ];
    const [line, ...others] = operatorBanks({ registrations: [serving, running, old], certificates, banks: [bank], drift: [] });
    expect(others).toEqual([]);
    expect(line).toMatchObject({
      aspspId: bank.aspspId,
      name: bank.name,
      health: bank.health,
      serving: { registrationId: serving.registrationId },
      latest: { registrationId: running.registrationId },
      earlier: [{ registrationId: old.registrationId }],
      daysLeft: 30,
      certificatesEnd: "2026-12-22T00:00:00Z",
    });
    expect(JSON.stringify(line)).not.toContain('artefact"');
    expect(line?.serving?.steps.every(({ hasArtefact }) => hasArtefact)).toBe(true);
  });

  it("has nothing under way when the newest is the one that serves, also of two in one second", () => {
    const [line] = operatorBanks({ registrations: [at("00"), at("00.25")], certificates: [], banks: [], drift: [] });
    expect(line).toMatchObject({ name: bank.aspspId, health: null, latest: null, daysLeft: null });
    expect(line?.serving?.startedAt).toBe("2026-11-22T08:00:00.25Z");
  });

  it("tells where the bank differs from what serves, and not from what served before", () => {
    const [old, serving] = [at("00"), at("10")];
    const of = ({ registrationId, aspspId }: typeof old, field: string) => ({
      aspspId,
      registrationId,
      since: "2026-11-22T09:00:00Z",
      differences: [{ field, from: "PIS", to: "AIS" }],
    });
    const line = (drift: Parameters<typeof operatorBanks>[0]["drift"]) =>
      operatorBanks({ registrations: [old, serving], certificates: [], banks: [], drift })[0];
    expect(line([of(old, "scopes"), of(serving, "roles")])?.drift).toEqual({
      since: "2026-11-22T09:00:00Z",
      differences: [{ field: "roles", from: "PIS", to: "AIS" }],
    });
    expect(line([of(old, "scopes")])?.drift).toBeNull();
  });

  it("has nothing that serves where the only try failed or we left", () => {
    for (const status of ["failed", "ended", "running"] as const) {
      expect(operatorBanks({ registrations: [at("00", { status })], certificates: [], banks: [bank], drift: [] })[0]).toMatchObject({
        serving: null,
        latest: { status },
      });
    }
  });
});
