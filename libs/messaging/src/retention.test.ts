import { JetStreamApiError } from "@nats-io/jetstream";
import { describe, expect, it } from "vitest";
import { durableOf } from "./permissions.ts";
import { confirmedSequence } from "./retention.ts";

const idle = { num_pending: 0, num_ack_pending: 0, ack_floor: { stream_seq: 3 } };
const lagging = durableOf("ingest", "bff.user-erased");

/** Every consumer is idle, except one. */
function serverWith(one: typeof idle | Error) {
  const info = async (_stream: string, durable: string): Promise<typeof idle> => {
    if (durable !== lagging) return idle;
    if (one instanceof Error) throw one;
    return one;
  };
  return { prefix: "", nats: { manager: { consumers: { info } } } };
}

describe("DR-P5 how far everybody is", () => {
  it("a consumer with nothing left to do sets no limit, however old its last fact", async () => {
    expect(await confirmedSequence(serverWith(idle), "bff")).toBe(2n ** 63n - 1n);
  });

  it.each([
    ["has facts before it", { ...idle, num_pending: 1 }],
    ["holds facts it has not acknowledged", { ...idle, num_ack_pending: 1 }],
  ])("a consumer that %s limits to what it acknowledged", async (_what, progress) => {
    expect(await confirmedSequence(serverWith(progress), "bff")).toBe(3n);
  });

  it("nothing is confirmed while a consumer does not exist", async () => {
    const missing = new JetStreamApiError({ code: 404, err_code: 10_014, description: "consumer not found" });
    expect(await confirmedSequence(serverWith(missing), "bff")).toBe(0n);
  });

  it("does not guess when the server cannot be asked", async () => {
    await expect(confirmedSequence(serverWith(new Error("away")), "bff")).rejects.toThrow("away");
  });
});
