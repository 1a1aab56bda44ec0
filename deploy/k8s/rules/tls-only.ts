import { ofKind, whereOf } from "../objects.ts";
import type { Rule } from "./index.ts";

const redirect = "nginx.ingress.kubernetes.io/force-ssl-redirect";

/**
 * People reach us over TLS alone: every host of an Ingress is named, has a certificate, and plain http is sent to https. Which versions
 * is the controller's to say, not an Ingress's: ingress-nginx takes TLS 1.2 and 1.3 unless its own ConfigMap allows older ones.
 */
export const tlsOnly: Rule = ({ manifests }) =>
  ofKind(manifests, "Ingress").flatMap((ingress) => {
    const where = whereOf(ingress);
    const secured = new Set((ingress.spec.tls ?? []).flatMap(({ hosts = [], secretName }) => (secretName === undefined ? [] : hosts)));
    return [
      ...(ingress.spec.rules ?? [])
        .filter(({ host }) => host === undefined || !secured.has(host))
        .map(({ host }) => `${where}: ${host ?? "a rule without a host"} must have a certificate under tls`),
      ...(ingress.metadata.annotations?.[redirect] === "true" ? [] : [`${where}: annotation ${redirect} must be "true"`]),
    ];
  });
