import { describe, expect, it } from "vitest";
import { base64Of, certificateText } from "./file-text.ts";

describe("files for the gateway", () => {
  it("are base64 whatever their bytes and length", async () => {
    const bytes = Uint8Array.from({ length: 20_000 }, (_, index) => index % 256);
    expect(await base64Of(new Blob([bytes]))).toBe(Buffer.from(bytes).toString("base64"));
    expect(await base64Of(new Blob([]))).toBe("");
  });

  it("are text where they are PEM", async () => {
    const pem = "Bag Attributes\n-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    expect(await certificateText(new Blob([pem]))).toBe(pem);
    expect(await certificateText(new Blob([Uint8Array.of(0x30, 0x82, 0x01)]))).toBe("MIIB");
  });
});
