const keptMs = 60_000;

/** Hands text, or a file as it came, to the browser as a download. */
export function saveAsFile(name: string, text: string | Blob, type: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // Some browsers read it only after the click; an export is handed out once and must not be lost.
  setTimeout(() => URL.revokeObjectURL(address), keptMs);
}
