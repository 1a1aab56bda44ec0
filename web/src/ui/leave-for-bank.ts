/** True for an address a browser may be sent to: a web page, never a script or a file. */
export function isWebAddress(address: string): boolean {
  try {
    const { protocol } = new URL(address);
    return protocol === "https:" || protocol === "http:";
  } catch {
    return false;
  }
}

/** Leaves for the bank's own page. */
export function leaveForBank(address: string): void {
  if (!isWebAddress(address)) throw new Error("The bank's address is not a web page.");
  window.location.assign(address);
}
