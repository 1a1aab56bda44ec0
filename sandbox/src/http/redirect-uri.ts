/** https only; the sandbox alone also takes http on the machine itself. */
export function isRedirectUri(uri: string): boolean {
  if (!URL.canParse(uri)) return false;
  const { protocol, hostname, hash, username, password } = new URL(uri);
  const local = protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  return (protocol === "https:" || local) && hash === "" && username === "" && password === "" && !uri.endsWith("#");
}
