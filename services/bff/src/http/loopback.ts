const loopbackNames = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * True when the browser came to this machine by another of its own names than the public one. Cookies and the origin check hold for one
 * name only, so a page opened there could not sign in. Where the public name is a real one, no other is looked at.
 */
export function isOtherLoopbackName(host: string | undefined, publicOrigin: string): boolean {
  const home = new URL(publicOrigin);
  if (host === undefined || !loopbackNames.has(home.hostname) || !URL.canParse(`${home.protocol}//${host}`)) return false;
  const { hostname, port } = new URL(`${home.protocol}//${host}`);
  return loopbackNames.has(hostname) && hostname !== home.hostname && port === home.port;
}
