import { lookup as resolveName } from "node:dns";
import type { LookupAddress, LookupOptions } from "node:dns";
import { BlockList, isIP } from "node:net";

type LookupCallback = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;
type Lookup = (hostname: string, options: LookupOptions, callback: LookupCallback) => void;

const privateRanges = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const)
  privateRanges.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of [
  ["::", 128],
  ["::1", 128],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
  ["64:ff9b::", 96],
] as const) {
  privateRanges.addSubnet(network, prefix, "ipv6");
}

/** Whether an address belongs to this machine or a private network, also when written as IPv4 inside IPv6 (BR-33). */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return true;
  return privateRanges.check(address, family === 4 ? "ipv4" : "ipv6");
}

/** A host that names this machine outright: whoever configured it means a bank that runs here, the sandbox. */
export function isLoopbackHost(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, "");
  return bare === "localhost" || bare.endsWith(".localhost") || bare === "::1" || /^127\.\d+\.\d+\.\d+$/.test(bare);
}

/**
 * Resolves once and hands the checked addresses to the connection, so that a second, different answer is never asked for
 * (BR-34). A public name that resolves to a private address is refused; `*.localhost` is this machine (RFC 6761 6.3).
 */
export function guardedLookup(resolve: typeof resolveName = resolveName): Lookup {
  return (hostname, options, callback) => {
    if (isLoopbackHost(hostname) && isIP(hostname) === 0) {
      callback(null, options.all === true ? [{ address: "127.0.0.1", family: 4 }] : "127.0.0.1", 4);
      return;
    }
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, []);
      const refused = addresses.find(({ address }) => isPrivateAddress(address));
      if (refused !== undefined || addresses.length === 0) {
        const reason = Object.assign(new Error("The name of the bank resolves to a private address."), { code: "EOPLPRIVATE" });
        return callback(reason, []);
      }
      if (options.all === true) return callback(null, addresses);
      const [first] = addresses;
      return callback(null, String(first?.address), first?.family);
    });
  };
}
