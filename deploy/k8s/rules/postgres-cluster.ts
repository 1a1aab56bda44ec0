import { type Manifest, type ManifestOf, ofKind, whereOf } from "../objects.ts";
import type { Rule } from "./index.ts";
import { unmet } from "./pods.ts";

const durable = { fsync: "on", full_page_writes: "on", synchronous_commit: "on" };

function ofCluster(cluster: ManifestOf<"Cluster">, manifests: readonly Manifest[]): string[] {
  const { instances, enablePDB, imageName, postgresql, bootstrap, storage, walStorage, resources, affinity, backup } = cluster.spec;
  const { parameters, pg_hba: access = [], synchronous } = postgresql;
  const store = backup?.barmanObjectStore;
  const { name, namespace = "" } = cluster.metadata;
  const schedules = ofKind(manifests, "ScheduledBackup").map(({ spec }) => spec);
  const aliases = ofKind(manifests, "Service").map(({ spec }) => spec.externalName);
  return unmet({
    "synchronous must wait for at least one other instance": (synchronous?.number ?? 0) >= 1,
    // The primary, those it waits for, and one that may be away.
    [`instances must be at least ${(synchronous?.number ?? 0) + 2}`]: instances >= (synchronous?.number ?? 0) + 2,
    "enablePDB must not be false": enablePDB !== false,
    "instances must be kept on zones of their own": affinity?.enablePodAntiAffinity === true,
    "imageName must be pinned to a version or digest": /:\d[\w.-]*$/.test(imageName) || /@sha256:[0-9a-f]{64}$/.test(imageName),
    "storage and walStorage need a size": storage !== undefined && walStorage !== undefined,
    "resources need requests and limits of cpu and memory": [resources?.requests, resources?.limits].every(
      (bounds) => bounds?.cpu !== undefined && bounds.memory !== undefined,
    ),
    "dataChecksums must be true": bootstrap.initdb.dataChecksums === true,
    "fsync, full_page_writes and synchronous_commit must be on": Object.entries(durable).every(
      ([parameter, value]) => (parameters[parameter] ?? value) === value,
    ),
    "TLS must stay on, version 1.2 at least": (parameters["ssl"] ?? "on") === "on" && /^TLSv1\.[23]$/.test(parameters["ssl_min_protocol_version"] ?? "TLSv1.3"),
    "pg_hba may only ask for more than the operator does: hostssl with a password or a certificate": access.every((line) =>
      /^hostssl\s.*\s(?:scram-sha-256|cert)$/.test(line),
    ),
    "backup must say how long backups are kept": backup?.retentionPolicy !== undefined,
    "backup must go to a store by https": store?.endpointURL.startsWith("https://") === true,
    "a ScheduledBackup must make its backups": schedules.some(({ cluster: of, suspend }) => of.name === name && suspend !== true),
    "a Service must lead to its primary": aliases.includes(`${name}-rw.${namespace}.svc.cluster.local`),
  }).map((text) => `${whereOf(cluster)}: ${text}`);
}

/** What docs/runbooks/restore.md and the services count on: nothing acknowledged is lost, one zone may be away, a backup is there. */
export const postgresCluster: Rule = ({ manifests }) => ofKind(manifests, "Cluster").flatMap((cluster) => ofCluster(cluster, manifests));
