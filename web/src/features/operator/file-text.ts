/** The server takes no more than this, as text. */
export const maxFileText = 200_000;

/** A file as base64, in parts that fit on a call. */
export async function base64Of(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = "";
  for (let at = 0; at < bytes.length; at += 8_192) binary += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  return btoa(binary);
}

/** A certificate file for sending: PEM as it is, anything else (DER, PKCS#7) as base64. */
export async function certificateText(file: Blob): Promise<string> {
  const text = await file.text();
  return text.includes("-----BEGIN") ? text : base64Of(file);
}
