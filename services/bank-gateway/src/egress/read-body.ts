import { createGunzip } from "node:zlib";
import type { Readable } from "node:stream";

export class BodyTooLarge extends Error {}
export class BodyEncodingRefused extends Error {}

/** A stream that is destroyed tells it as an error; whoever reads hears of it anyway. */
const heard = (): void => undefined;

/** Gives up a body that nobody will read, without waiting for the rest of it. */
export function discardBody(body: Readable): void {
  body.on("error", heard);
  body.destroy();
}

/**
 * Collects a body, decoding at most one gzip layer, and gives up as soon as more than `maxBytes` decoded bytes have
 * arrived: a small file that unpacks to gigabytes never reaches memory (BR-41, BR-42).
 */
export async function readBody(body: Readable, contentEncoding: string | undefined, maxBytes: number): Promise<Buffer> {
  const encoding = contentEncoding?.trim().toLowerCase() ?? "identity";
  if (encoding === "" || encoding === "identity") return collect(body, maxBytes);
  if (encoding !== "gzip") {
    discardBody(body);
    throw new BodyEncodingRefused("Only gzip, once, is accepted.");
  }
  const gunzip = createGunzip();
  gunzip.on("error", heard);
  // Not `pipeline`: the error of either side must reach the reader of the decoded one.
  body.on("error", (error) => gunzip.destroy(error));
  body.pipe(gunzip);
  try {
    return await collect(gunzip, maxBytes);
  } finally {
    discardBody(body);
  }
}

async function collect(stream: Readable, maxBytes: number): Promise<Buffer> {
  stream.on("error", heard);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > maxBytes) throw new BodyTooLarge();
    chunks.push(bytes);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, size);
}
