import { systemClock } from "@opl/service";
import { MockAgent } from "undici";
import { describe, expect, it } from "vitest";
import type { BankRequest } from "./bank-request.ts";
import { createEgress } from "./egress.ts";
import { defaultLimits } from "./limits.ts";

const origin = "https://api.bank.example";
const request = (address: string, identified = true): BankRequest => ({ operation: "x", method: "GET", url: new URL(address), headers: {}, identified });

function setUp() {
  const agent = new MockAgent();
  agent.disableNetConnect();
  const egress = createEgress({
    origins: new Set([origin, "http://localhost:9000", "http://plain.bank.example"]),
    identified: { dispatcher: agent, thumbprint: "thumb" },
    anonymous: agent,
    limits: defaultLimits,
    clock: systemClock,
    newId: () => "00000000-0000-4000-8000-000000000001",
    psuHeaders: ({ ipAddress }) => ({ "x-psu": ipAddress }),
  });
  return { agent, egress };
}

describe("the way out", () => {
  it.each([
    "https://evil.example/x",
    "https://api.bank.example@evil.example/x",
    "https://user:password@api.bank.example/x",
    "https://api.bank.example.evil.example/x",
    "https://api.bank.example:8443/x",
    "http://api.bank.example/x",
    "http://plain.bank.example/x",
    "http://localhost:9000/x",
    "https://127.0.0.1/x",
    "https://0x7f000001/x",
    "https://[::ffff:127.0.0.1]/x",
    "file:///etc/passwd",
    "data:text/plain,x",
  ])("BR-32 BR-33 BR-35 is closed to %s", async (address) => {
    const { egress } = setUp();
    await expect(egress(request(address))).rejects.toMatchObject({ code: "ERR_ASPSP_ORIGIN_REFUSED" });
  });

  it("plain http only without our certificate and only on this machine", async () => {
    const { agent, egress } = setUp();
    agent
      .get("http://localhost:9000")
      .intercept({ path: "/keys" })
      .reply(200, "{}", { headers: { "content-type": "application/json" } });
    await expect(egress(request("http://localhost:9000/keys", false))).resolves.toMatchObject({ status: 200, certificateThumbprint: undefined });
  });

  it("G-18 lets nothing leave that may not be asked any more, and asks again for each time the same request is to leave", async () => {
    const { agent, egress } = setUp();
    let [asked, stands] = [0, true];
    const beforeSending = async () => {
      asked += 1;
      if (!stands) throw new TypeError("over");
    };
    agent.get(origin).intercept({ path: "/x" }).reply(200, "{}").times(3);
    const wanted = { ...request(`${origin}/x`), beforeSending };
    await egress(wanted);
    await egress(wanted);
    stands = false;
    // As it was thrown: it is no failure of the bank.
    await expect(egress(wanted)).rejects.toThrow(new TypeError("over"));
    expect(asked).toBe(3);
    expect(agent.pendingInterceptors()).toMatchObject([{ timesInvoked: 2 }]);
  });

  it("ends with the caller's own wish to stop as it is: no answer that was not had, no bank that did not answer", async () => {
    const { agent, egress } = setUp();
    agent.get(origin).intercept({ path: "/x" }).reply(200, "{}").delay(60_000).persist();
    const stop = new AbortController();
    const stopped = egress({ ...request(`${origin}/x`), signal: stop.signal });
    stop.abort();
    await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
    await expect(egress({ ...request(`${origin}/x`), signal: stop.signal })).rejects.toMatchObject({ name: "AbortError" });
  });

  it.each([301, 302, 303, 307, 308])("BR-36 OA-57 does not follow a %i", async (status) => {
    const { agent, egress } = setUp();
    agent
      .get(origin)
      .intercept({ path: "/x" })
      .reply(status, "", { headers: { location: "https://evil.example" } });
    await expect(egress(request(`${origin}/x`))).rejects.toMatchObject({ code: "ERR_ASPSP_PROTOCOL", details: { reason: "redirect" } });
  });

  it("TM-19 speaks of the person when there is one, and only then", async () => {
    const { agent, egress } = setUp();
    const seen: Record<string, string>[] = [];
    agent
      .get(origin)
      .intercept({ path: "/x" })
      .reply(200, (options) => {
        seen.push(options.headers as Record<string, string>);
        return "{}";
      })
      .times(2);
    await egress(request(`${origin}/x`));
    await egress({ ...request(`${origin}/x`), psu: { psuId: "p", sessionId: "s", ipAddress: "192.0.2.7", token: "t" } });
    expect(seen.map((headers) => headers["x-psu"])).toEqual([undefined, "192.0.2.7"]);
  });

  it("BR-66 refuses what answers another request", async () => {
    const { agent, egress } = setUp();
    agent
      .get(origin)
      .intercept({ path: "/x" })
      .reply(200, "{}", { headers: { "x-fapi-interaction-id": "somebody-else" } });
    await expect(egress(request(`${origin}/x`))).rejects.toMatchObject({ details: { reason: "another-request" } });
  });
});
