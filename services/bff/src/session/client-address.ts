import { BlockList, isIP } from "node:net";

/** Addresses of our own proxies, as single addresses or CIDR ranges; only they are believed about whom they speak for. */
export type TrustedProxies = BlockList;

/** @throws RangeError naming the entry that is neither an address nor a range */
export function trustedProxies(entries: readonly string[]): TrustedProxies {
  const list = new BlockList();
  for (const entry of entries) {
    const [, address = "", prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(entry) ?? [];
    const family = familyOf(address);
    const longest = family === "ipv4" ? 32 : 128;
    const bits = prefix === undefined ? longest : Number.parseInt(prefix, 10);
    if (family === undefined || bits > longest) {
      throw new RangeError(`${JSON.stringify(entry)} is neither an address nor a range such as 10.0.0.0/8`);
    }
    list.addSubnet(address, bits, family);
  }
  return list;
}

/**
 * The address of the person's end of the connection. `X-Forwarded-For` counts only when the connection comes from a trusted
 * proxy, and then from the right up to the first address that is not ours: what a client wrote itself stands left of that
 * (US-15). The result goes into the PSU context and from there to banks.
 */
export function clientAddress(remoteAddress: string, forwardedFor: string | string[] | undefined, proxies: TrustedProxies): string {
  const remote = plainAddress(remoteAddress);
  if (!isTrusted(remote, proxies) || forwardedFor === undefined) return remote;
  let client = remote;
  for (const hop of [forwardedFor].flat().join(",").split(",").toReversed()) {
    const address = plainAddress(hop.trim());
    if (isIP(address) === 0) return client;
    client = address;
    if (!isTrusted(address, proxies)) return client;
  }
  return client;
}

/** True when a trusted proxy says that the person's end of the connection was not encrypted (US-44). */
export function cameByPlainHttp(remoteAddress: string, forwardedProto: string | string[] | undefined, proxies: TrustedProxies): boolean {
  return forwardedProto === "http" && isTrusted(plainAddress(remoteAddress), proxies);
}

/** What to count attempts by: the address, or the network of a person's IPv6 addresses, which are plentiful. */
export function addressBlock(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = "", tail] = address.toLowerCase().split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const groups = tail === undefined ? left : [...left, ...Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => "0"), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}

function isTrusted(address: string, proxies: TrustedProxies): boolean {
  const family = familyOf(address);
  return family !== undefined && proxies.check(address, family);
}

function familyOf(address: string): "ipv4" | "ipv6" | undefined {
  const version = isIP(address);
  return version === 0 ? undefined : version === 4 ? "ipv4" : "ipv6";
}

/** IPv4 as IPv6 sockets report it (`::ffff:192.0.2.1`) becomes IPv4 again; a zone (`fe80::1%eth0`) is dropped. */
function plainAddress(address: string): string {
  const bare = address.replace(/%.*$/, "");
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare);
  return mapped?.[1] ?? bare;
}
