// The library decorates classes when it loads, so the metadata polyfill must come first.
import "reflect-metadata";

export * as x509 from "@peculiar/x509";
