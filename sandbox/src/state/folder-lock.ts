import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { errors } from "../errors.ts";

const busy = 5;

/**
 * One sandbox a folder. The system gives the lock free with the process, however that ends; its number could be another's by then.
 * @throws ERR_SANDBOX_RUNNING while another one holds it
 */
export function lockFolder(folder: string): Disposable {
  const file = join(folder, "run.lock");
  closeSync(openSync(file, "a", 0o600));
  const lock = new DatabaseSync(file, { timeout: 0 });
  try {
    lock.exec("pragma journal_mode = memory; begin exclusive");
  } catch (cause) {
    lock.close();
    if ((cause as { errcode?: number }).errcode !== busy) throw cause;
    const message = `A sandbox runs from ${folder} already (npm start brings one with it). Use that one: ${join(folder, "endpoints.json")} says where it is. Or name another folder in SANDBOX_DIR.`;
    throw errors.ERR_SANDBOX_RUNNING({ message, cause });
  }
  return { [Symbol.dispose]: () => lock.close() };
}
