import { Readable } from "node:stream";
import { deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { BodyEncodingRefused, BodyTooLarge, readBody } from "./read-body.ts";

const stream = (...chunks: Buffer[]) => Readable.from(chunks);

describe("readBody", () => {
  it.each([undefined, "", "identity", "IDENTITY"])("takes plain bytes (%s)", async (encoding) => {
    expect((await readBody(stream(Buffer.from("ab"), Buffer.from("c")), encoding, 10)).toString()).toBe("abc");
  });

  it("unpacks gzip once", async () => {
    expect((await readBody(stream(gzipSync("hello")), "gzip", 10)).toString()).toBe("hello");
  });

  it.each(["gzip, gzip", "br", "deflate", "x-gzip", "gzip,identity"])("BR-42 refuses %s", async (encoding) => {
    await expect(readBody(stream(deflateSync("x")), encoding, 10)).rejects.toBeInstanceOf(BodyEncodingRefused);
  });

  it("BR-41 counts unpacked bytes and stops in the middle", async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const body = stream(bomb);
    await expect(readBody(body, "gzip", 1024 * 1024)).rejects.toBeInstanceOf(BodyTooLarge);
    expect(body.destroyed).toBe(true);
  });

  it("accepts exactly as much as allowed", async () => {
    await expect(readBody(stream(Buffer.alloc(10)), undefined, 10)).resolves.toHaveLength(10);
    await expect(readBody(stream(Buffer.alloc(11)), undefined, 10)).rejects.toBeInstanceOf(BodyTooLarge);
  });

  it("BR-43 gzip that breaks off, or is none, is an error", async () => {
    const packed = gzipSync("a longer text that is cut");
    await expect(readBody(stream(packed.subarray(0, packed.length - 6)), "gzip", 100)).rejects.toMatchObject({ code: expect.stringMatching(/^Z_/) });
    await expect(readBody(stream(Buffer.from("plain")), "gzip", 100)).rejects.toMatchObject({ code: "Z_DATA_ERROR" });
  });

  it("an error of the connection reaches the reader through gzip", async () => {
    const broken = new Readable({ read: () => undefined });
    const reading = readBody(broken, "gzip", 100);
    broken.destroy(Object.assign(new Error("reset"), { code: "ECONNRESET" }));
    await expect(reading).rejects.toMatchObject({ code: "ECONNRESET" });
  });
});
