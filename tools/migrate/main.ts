import { readFileSync } from "node:fs";
import path from "node:path";
import { migrate, openDatabase } from "@opl/postgres";

/**
 * `node tools/migrate/main.ts <service>`: brings one service's schema up to date and ends; the job that runs before a deployment.
 * Reads OPL_DATABASE_URL and OPL_DATABASE_PASSWORD_FILE, like the service. Services do the same at their start, under the same lock.
 */
const service = process.argv[2];
const url = process.env["OPL_DATABASE_URL"];
if (service === undefined || url === undefined) {
  process.stderr.write("Usage: OPL_DATABASE_URL=postgres://… node tools/migrate/main.ts <service>\n");
  process.exitCode = 64;
} else {
  const passwordFile = process.env["OPL_DATABASE_PASSWORD_FILE"];
  const schema = `opl_${service.replaceAll("-", "_")}`;
  await using database = openDatabase({
    url,
    ...(passwordFile === undefined ? {} : { password: readFileSync(passwordFile, "utf8").trim() }),
    schema,
    applicationName: `migrate-${service}`,
    poolSize: 2,
  });
  const applied = await migrate(database, { directory: path.resolve(import.meta.dirname, "../../services", service, "migrations") });
  process.stdout.write(applied.length === 0 ? `${schema}: nothing to do\n` : `${schema}: ${applied.join(", ")}\n`);
}
