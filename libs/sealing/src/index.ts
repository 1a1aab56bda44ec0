export type { AssociatedData } from "./aes-gcm.ts";
export { fileKek, kekInTransition, keyring } from "./keyring.ts";
export type { KeyEncryptionKey, WrappedKey } from "./keyring.ts";
export { generateDataKey, open, rewrap, seal } from "./seal.ts";
export type { GeneratedKey } from "./seal.ts";
export { transitKek } from "./transit.ts";
export type { TransitOptions } from "./transit.ts";
