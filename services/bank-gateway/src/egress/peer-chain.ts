import { X509Certificate } from "node:crypto";
import { getCACertificates } from "node:tls";
import type { TLSSocket } from "node:tls";
import { splitPemBundle } from "@opl/eidas";

/** What a connection trusts: the bundle of a party, or what the system trusts. */
export function trustAnchors(trustedRootsPem: string | undefined): readonly X509Certificate[] {
  return (trustedRootsPem === undefined ? getCACertificates() : splitPemBundle(trustedRootsPem)).map((each) => new X509Certificate(each));
}

/** The certificates that the other side sent, its own first. */
export function certificatesSent(socket: TLSSocket): readonly X509Certificate[] {
  const sent: X509Certificate[] = [];
  for (let each = socket.getPeerX509Certificate(); each !== undefined; each = each.issuerCertificate) sent.push(each);
  return sent;
}

/**
 * The chain of a connection that was found good, leaf first, up to an anchor; undefined where none can be found again. Node does not
 * tell which chain OpenSSL took, and the one it shows goes by names: who stole a key could put a false issuer into it. So signatures
 * are followed here, anchors first as OpenSSL does. Each certificate is tried once: however many there are, this ends soon. An anchor is trusted
 * because the operator names it, whatever it says of itself: a pinned certificate, or a root from before there were such words. All between must
 * be authorities.
 */
export function pathToAnchor(sent: readonly X509Certificate[], anchors: readonly X509Certificate[]): readonly X509Certificate[] | undefined {
  const tried = new Set<X509Certificate>();
  const anchored = new Set(anchors.map(({ fingerprint256 }) => fingerprint256));
  const climb = (at: X509Certificate): readonly X509Certificate[] | undefined => {
    if (tried.has(at)) return undefined;
    tried.add(at);
    const isAnchor = anchored.has(at.fingerprint256);
    if (isAnchor && at.subject === at.issuer) return [at];
    const anchor = anchors.find((each) => issued(each, at));
    // A bundle may hold intermediates too; whoever stands above them is of interest as well.
    if (anchor !== undefined) return [at, ...(climb(anchor) ?? [anchor])];
    if (isAnchor) return [at];
    for (const issuer of sent) {
      const above = issuer.ca && issued(issuer, at) ? climb(issuer) : undefined;
      if (above !== undefined) return [at, ...above];
    }
    return undefined;
  };
  const [leaf] = sent;
  return leaf === undefined ? undefined : climb(leaf);
}

function issued(issuer: X509Certificate, certificate: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    // A key or algorithm that OpenSSL cannot use proves nothing.
    return false;
  }
}
