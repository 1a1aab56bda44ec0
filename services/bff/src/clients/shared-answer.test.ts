import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sharedAnswer } from "./shared-answer.ts";

/** Answers with the number of the call, when told to. */
function counted() {
  const waiting: PromiseWithResolvers<number>[] = [];
  const ask = vi.fn(() => {
    const answer = Promise.withResolvers<number>();
    waiting.push(answer);
    return answer.promise;
  });
  return { ask, come: (call: number) => waiting[call - 1]?.resolve(call), fail: (call: number) => waiting[call - 1]?.reject(new Error("down")) };
}

describe("one answer for all", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("serves who asks while it is on its way, however long that takes, and its time begins when it came", async () => {
    const { ask, come } = counted();
    const answer = sharedAnswer(ask, 1_000);
    const first = answer.read();
    await vi.advanceTimersByTimeAsync(60_000);
    const second = answer.read();
    come(1);
    expect(await Promise.all([first, second])).toEqual([1, 1]);
    await vi.advanceTimersByTimeAsync(999);
    expect(await answer.read()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    const third = answer.read();
    come(2);
    expect([await third, ask.mock.calls.length]).toEqual([2, 2]);
  });

  it("that is held for no time serves nobody who asks once it came, not even in the same moment", async () => {
    const { ask, come } = counted();
    const answer = sharedAnswer(ask, 0);
    const first = answer.read();
    come(1);
    await first;
    void answer.read();
    expect(ask).toHaveBeenCalledTimes(2);
  });

  it("that is late does not take the place of one that was asked for after it", async () => {
    const { ask, come } = counted();
    const answer = sharedAnswer(ask, 1_000);
    const old = answer.read(1n);
    const young = answer.read(2n);
    come(2);
    await young;
    come(1);
    await old;
    expect([await answer.read(2n), await answer.read(1n), ask.mock.calls.length]).toEqual([2, 2, 2]);
  });

  it("that fails fails for who waited, and is asked for anew by the next", async () => {
    const { ask, come, fail } = counted();
    const answer = sharedAnswer(ask, 1_000);
    const both = Promise.allSettled([answer.read(), answer.read()]);
    fail(1);
    expect((await both).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    const next = answer.read();
    come(2);
    expect(await next).toBe(2);
  });
});
