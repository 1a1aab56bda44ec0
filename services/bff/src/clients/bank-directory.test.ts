import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bank } from "../../test/world.ts";
import { bankDirectory } from "./bank-directory.ts";

describe("the directory of banks", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is asked once by many at the same time, and again after a moment", async () => {
    const listAspsps = vi.fn(() => Promise.resolve({ aspsps: [bank] }));
    const directory = bankDirectory({ listAspsps });
    expect(await Promise.all([directory.list(), directory.list()])).toEqual([[bank], [bank]]);
    await vi.advanceTimersByTimeAsync(999);
    await directory.list();
    expect(listAspsps).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    await directory.list();
    expect(listAspsps).toHaveBeenCalledTimes(2);
  });

  it("is asked again, once, by who knows of a hint that came after it was asked", async () => {
    const listAspsps = vi.fn(() => Promise.resolve({ aspsps: [bank] }));
    const directory = bankDirectory({ listAspsps });
    await directory.list(7n);
    await Promise.all([directory.list(7n), directory.list(6n), directory.list()]);
    expect(listAspsps).toHaveBeenCalledTimes(1);
    await Promise.all([directory.list(8n), directory.list(8n), directory.list(7n)]);
    expect(listAspsps).toHaveBeenCalledTimes(2);
  });

  it("does not keep a failure", async () => {
    const listAspsps = vi.fn(() => Promise.resolve({ aspsps: [bank] }));
    listAspsps.mockRejectedValueOnce(new Error("down"));
    const directory = bankDirectory({ listAspsps });
    await expect(directory.list()).rejects.toThrow("down");
    expect(await directory.list()).toEqual([bank]);
  });
});
