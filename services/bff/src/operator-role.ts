import { openDatabase } from "@opl/postgres";
import { systemClock } from "@opl/service";
import { isOplError } from "@opl/errors";
import { readDatabaseConfig } from "./config.ts";
import type { Tables } from "./db/tables.ts";
import { changeOperator } from "./usecases/change-operator.ts";

/**
 * Who is an operator, for whoever may enter the service's own surroundings:
 *   npx node services/bff/src/operator-role.ts grant ada@bank.example
 *   npx node services/bff/src/operator-role.ts withdraw ada@bank.example
 */
const [verb = "", email = ""] = process.argv.slice(2);
const roles = new Map([
  ["grant", "operator"],
  ["withdraw", "person"],
] as const);
const role = roles.get(verb as "grant");
if (role === undefined || email === "") {
  process.stderr.write("Usage: npx node services/bff/src/operator-role.ts grant | withdraw <e-mail address of a person who signed up>\n");
  process.exitCode = 64;
} else {
  const config = readDatabaseConfig();
  await using database = openDatabase<Tables>({
    url: config.OPL_DATABASE_URL,
    password: config.OPL_DATABASE_PASSWORD_FILE?.reveal(),
    schema: "opl_bff",
    applicationName: "bff operator role",
    poolSize: 1,
    onIdleError: () => undefined,
  });
  try {
    const changed = await changeOperator({ db: database.db, clock: systemClock }, { email, role });
    process.stdout.write(changed ? `Done: ${email} is ${role === "operator" ? "an operator" : "no longer an operator"}.\n` : "Nothing to change.\n");
  } catch (error) {
    if (!isOplError(error)) throw error;
    process.stderr.write(`${error.code}: ${error.message}\n`);
    process.exitCode = 1;
  }
}
