import { enableCompileCache } from "node:module";
import { compileCache } from "./compile-cache.ts";

/** `npm start`. Everything else is imported afterwards, so that it comes out of the cache; without a writable folder it is compiled anew. */
enableCompileCache(compileCache);
await import("./start.ts");
