import path from "node:path";
import { provisionSchemas } from "@opl/postgres";
import { readSecret, schemaOf, services } from "./secrets.ts";

/** A schema and a role for each service, with the passwords found under `secretsDir/<service>/database-password`. */
export async function provision(adminUrl: string, secretsDir: string): Promise<void> {
  await provisionSchemas({
    adminUrl,
    services: services.map((service) => ({
      name: service,
      schema: schemaOf(service),
      role: schemaOf(service),
      password: readSecret(path.join(secretsDir, service, "database-password")),
    })),
  });
}
