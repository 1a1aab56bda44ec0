import { afterEach, describe, expect, it, vi } from "vitest";
import { errors } from "../errors.ts";
import type { BankAnswer, BankRequest } from "./bank-request.ts";
import type { Egress } from "./egress.ts";
import { createPolicy } from "./policy.ts";

const request = {} as BankRequest;
const answer = (status: number) => ({ status }) as BankAnswer;

function bank(behave: () => Promise<BankAnswer>, options = {}) {
  let asked = 0;
  const egress: Egress = createPolicy({ maxConcurrent: 2, maxWaiting: 1, probeAfterMs: 60_000, ...options })(async ({ beforeSending }) => {
    await beforeSending?.();
    asked += 1;
    return behave();
  });
  return { egress, asked: () => asked };
}

afterEach(() => void vi.useRealTimers());

describe("leaving a bank alone", () => {
  it("BR-62 after five unanswered calls nothing is sent any more, and it says for how long", async () => {
    const { egress, asked } = bank(async () => {
      throw errors.ERR_ASPSP_UNAVAILABLE({ details: { reason: "timeout" } });
    });
    for (let n = 0; n < 5; n += 1) await expect(egress(request)).rejects.toMatchObject({ details: { reason: "timeout" } });
    await expect(egress(request)).rejects.toMatchObject({ code: "ERR_ASPSP_UNAVAILABLE", details: { reason: "circuit-open" }, retryAfterSeconds: 60 });
    expect(asked()).toBe(5);
  });

  it("BR-62 server errors count, refusals do not", async () => {
    const broken = bank(async () => answer(503));
    for (let n = 0; n < 5; n += 1) await broken.egress(request);
    await expect(broken.egress(request)).rejects.toMatchObject({ details: { reason: "circuit-open" } });
    const strict = bank(async () => answer(403));
    for (let n = 0; n < 20; n += 1) await strict.egress(request);
    expect(strict.asked()).toBe(20);
    const lying = bank(async () => {
      throw errors.ERR_ASPSP_PROTOCOL();
    });
    for (let n = 0; n < 20; n += 1) await expect(lying.egress(request)).rejects.toMatchObject({ code: "ERR_ASPSP_PROTOCOL" });
  });

  it("BR-62 asks again after a while, and one good answer opens the way", async () => {
    let ill = true;
    const { egress } = bank(async () => answer(ill ? 500 : 200), { probeAfterMs: 1 });
    for (let n = 0; n < 5; n += 1) await egress(request);
    ill = false;
    await expect
      .poll(() =>
        egress(request).then(
          ({ status }) => status,
          () => "left alone",
        ),
      )
      .toBe(200);
  });

  it("BR-62 a call that we keep back ourselves when it would be the one that tries again is no sign of life of a bank left alone", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const { egress, asked } = bank(async () => answer(500));
    for (let n = 0; n < 5; n += 1) await egress(request);
    vi.advanceTimersByTime(60_000);
    const refusal = errors.ERR_ASPSP_CONSENT_INVALID();
    for (let n = 0; n < 2; n += 1) await expect(egress({ ...request, beforeSending: () => Promise.reject(refusal) })).rejects.toBe(refusal);
    expect(asked()).toBe(5);
    expect(await egress(request)).toMatchObject({ status: 500 });
    await expect(egress(request)).rejects.toMatchObject({ details: { reason: "circuit-open" } });
    expect(asked()).toBe(6);
  });

  it("BR-62 a call that its caller breaks off says nothing: the bank is not left alone for it, and one left alone is not asked sooner", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    let brokenOff = true;
    const stopped = new DOMException("This operation was aborted", "AbortError");
    const { egress, asked } = bank(async () => {
      if (brokenOff) throw stopped;
      return answer(500);
    });
    const gone = { ...request, signal: AbortSignal.abort() };
    for (let n = 0; n < 12; n += 1) await expect(egress(gone)).rejects.toBe(stopped);
    brokenOff = false;
    for (let n = 0; n < 5; n += 1) await egress(request);
    brokenOff = true;
    vi.advanceTimersByTime(60_000);
    await expect(egress(gone)).rejects.toBe(stopped);
    expect(asked()).toBe(18);
    await expect(egress(request)).rejects.toMatchObject({ details: { reason: "circuit-open" } });
    expect(asked()).toBe(18);
  });

  it("BR-62 a call from before that its caller breaks off while another tries again does not close the way to a bank that has recovered", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    let behave = async (): Promise<BankAnswer> => answer(500);
    const { egress, asked } = bank(() => behave(), { maxConcurrent: 10 });
    const stopped = new DOMException("This operation was aborted", "AbortError");
    const [stale, probe] = [Promise.withResolvers<BankAnswer>(), Promise.withResolvers<BankAnswer>()];
    behave = () => stale.promise;
    const old = egress({ ...request, signal: AbortSignal.abort() });
    await expect.poll(() => asked()).toBe(1);
    behave = async () => answer(500);
    for (let n = 0; n < 5; n += 1) await egress(request);
    vi.advanceTimersByTime(60_000);
    behave = () => probe.promise;
    const trying = egress(request);
    await expect.poll(() => asked()).toBe(7);
    stale.reject(stopped);
    await expect(old).rejects.toBe(stopped);
    probe.resolve(answer(200));
    expect(await trying).toMatchObject({ status: 200 });
    behave = async () => answer(200);
    expect(await egress(request)).toMatchObject({ status: 200 });
  });

  it("TM-17 G-20 keeps the calls to one bank within bounds", async () => {
    const gate = Promise.withResolvers<BankAnswer>();
    const { egress } = bank(() => gate.promise);
    const calls = Array.from({ length: 4 }, () => egress(request));
    await expect(calls[3]).rejects.toMatchObject({ code: "ERR_ASPSP_UNAVAILABLE", details: { reason: "too-many-calls" } });
    gate.resolve(answer(200));
    await expect(Promise.all(calls.slice(0, 3))).resolves.toHaveLength(3);
  });
});
