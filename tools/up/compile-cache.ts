import path from "node:path";

/** Code compiled earlier, beside the packages, which are as specific to this machine: `npm ci` clears it. */
export const compileCache = path.resolve(import.meta.dirname, "../../node_modules/.cache/opl-compiled");
