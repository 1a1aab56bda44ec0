export type { AssociatedData } from './aes-gcm.ts';
export { fileKek, keyring } from './keyring.ts';
export type { KeyEncryptionKey, WrappedKey } from './keyring.ts';
export { DataKey, createSealer, open, seal } from './seal.ts';
export type { GeneratedKey, Sealer } from './seal.ts';
