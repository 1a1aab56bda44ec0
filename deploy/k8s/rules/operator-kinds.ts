import { z } from "zod";

const metadata = z.strictObject({ name: z.string(), namespace: z.string(), labels: z.record(z.string(), z.string()).optional() });
const key = z.strictObject({ name: z.string(), key: z.string() });
const bounds = z.partialRecord(z.enum(["cpu", "memory"]), z.string());

/** CloudNativePG's Cluster, the part that we use: a field more is a field to be added here. https://cloudnative-pg.io/docs, API reference. */
const cluster = z.strictObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata,
  spec: z.strictObject({
    instances: z.int(),
    enablePDB: z.boolean().optional(),
    enableSuperuserAccess: z.boolean(),
    superuserSecret: z.strictObject({ name: z.string() }),
    imageName: z.string(),
    inheritedMetadata: z.strictObject({ labels: z.record(z.string(), z.string()) }),
    postgresql: z.strictObject({
      parameters: z.record(z.string(), z.string()),
      pg_hba: z.array(z.string()).optional(),
      synchronous: z.strictObject({ method: z.enum(["any", "first"]), number: z.int() }).optional(),
    }),
    bootstrap: z.strictObject({ initdb: z.strictObject({ database: z.string(), owner: z.string(), dataChecksums: z.boolean().optional() }) }),
    storage: z.strictObject({ size: z.string(), storageClass: z.string().optional() }).optional(),
    walStorage: z.strictObject({ size: z.string(), storageClass: z.string().optional() }).optional(),
    resources: z.strictObject({ requests: bounds.optional(), limits: bounds.optional() }).optional(),
    affinity: z
      .strictObject({ topologyKey: z.string(), enablePodAntiAffinity: z.boolean(), podAntiAffinityType: z.enum(["preferred", "required"]) })
      .optional(),
    backup: z
      .strictObject({
        retentionPolicy: z.string().optional(),
        barmanObjectStore: z.strictObject({
          endpointURL: z.string(),
          destinationPath: z.string(),
          s3Credentials: z.strictObject({ accessKeyId: key, secretAccessKey: key }),
          wal: z.strictObject({ compression: z.enum(["gzip", "bzip2", "snappy", "zstd", "lz4", "xz"]) }),
        }),
      })
      .optional(),
  }),
});
export type PostgresSpec = z.infer<typeof cluster>["spec"];

const scheduledBackup = z.strictObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata,
  spec: z.strictObject({
    // Six fields: the first are seconds.
    schedule: z.string().regex(/^\S+( \S+){5}$/),
    cluster: z.strictObject({ name: z.string() }),
    immediate: z.boolean().optional(),
    suspend: z.boolean().optional(),
    backupOwnerReference: z.enum(["none", "self", "cluster"]).optional(),
  }),
});
export type ScheduledBackupSpec = z.infer<typeof scheduledBackup>["spec"];

/** Kinds of operators have no official schema in a package; by `apiVersion kind`. */
export const operatorKinds: Readonly<Record<string, z.ZodType>> = {
  "postgresql.cnpg.io/v1 Cluster": cluster,
  "postgresql.cnpg.io/v1 ScheduledBackup": scheduledBackup,
};
