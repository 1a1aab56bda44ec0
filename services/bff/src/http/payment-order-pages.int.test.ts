import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startBff } from "../../test/bff.ts";
import type { Bff } from "../../test/bff.ts";
import { aPaymentOrder } from "../../test/world.ts";

let bff: Bff;
beforeAll(async () => {
  bff = await startBff();
});
afterEach(() => bff.downstream.former.clear());
afterAll(() => bff[Symbol.asyncDispose]());

/** Somebody with more orders than two pages of a list, or one of an export, have. */
async function buyer() {
  const { browser, holdings, psuId } = await bff.person();
  const earlierOrders = Array.from({ length: 119 }, (_, n) =>
    aPaymentOrder({ psuId, createdAt: Temporal.Instant.from("2026-10-28T09:30:00Z").subtract({ hours: n }).toString() }),
  );
  bff.downstream.holdings.set(psuId, { ...holdings, earlierOrders });
  const list = async (before?: string) => {
    const answer = await browser.get(`/api/payment-orders${before === undefined ? "" : `?before=${encodeURIComponent(before)}`}`);
    expect(answer.status).toBe(200);
    return answer.json<{ paymentOrders: { paymentOrderId: string; createdAt: string }[] }>().paymentOrders;
  };
  return { browser, list, orders: [holdings.paymentOrder, ...earlierOrders].map(({ paymentOrderId }) => paymentOrderId) };
}

describe("while services are replaced one by one, all payments come, page by page", () => {
  it.each([
    ["a page of before, which says an instant, at a consent service of now", "createdAt", false],
    ["a page of before at a consent service of before", "createdAt", true],
    ["a page of now, which says an order, at a consent service of before", "paymentOrderId", true],
    ["both of now", "paymentOrderId", false],
  ] as const)("%s", async (_mix, place, former) => {
    const { list, orders } = await buyer();
    if (former) bff.downstream.former.add("listPaymentOrders");
    const shown = [...(await list())];
    for (let before = shown.at(-1)?.[place]; before !== undefined;) {
      const page = await list(before);
      shown.push(...page);
      before = page.at(-1)?.[place];
    }
    expect(shown.map(({ paymentOrderId }) => paymentOrderId)).toEqual(orders);
  });

  it("an export, at a consent service of before", async () => {
    const { browser, orders } = await buyer();
    bff.downstream.former.add("listPaymentOrders");
    const { exportId } = (await browser.send("POST", "/api/me/exports", { body: { format: "json" } })).json<{ exportId: string }>();
    const all = (await browser.send("POST", `/api/me/exports/${exportId}/download`, { body: {} })).json<{ paymentOrders: { paymentOrderId: string }[] }>();
    expect(all.paymentOrders.map(({ paymentOrderId }) => paymentOrderId)).toEqual(orders);
  });

  it("an order that does not exist is still none", async () => {
    const { browser } = await buyer();
    bff.downstream.former.add("listPaymentOrders");
    const answer = await browser.get("/api/payment-orders?before=0197c000-0000-7000-8000-000000000000");
    expect([answer.status, answer.json<{ code: string }>().code]).toEqual([404, "ERR_PAYMENT_ORDER_NOT_FOUND"]);
  });
});
