import { defineErrors } from "@opl/errors";

export const errors = defineErrors({
  ERR_SEAL_BROKEN: ["bug", "A sealed value cannot be opened: it was changed, moved, or sealed with another key."],
  ERR_SEAL_KEY_UNKNOWN: ["bug", "The key a value was sealed with is not in the keyring."],
  ERR_KEYRING_UNUSABLE: ["invalid", "The key-encryption keys cannot be used."],
  ERR_KEK_UNAVAILABLE: ["unavailable", "The vault of the key-encryption key cannot be used now."],
  ERR_KEK_PROTOCOL: ["upstream", "The vault of the key-encryption key gave an answer that was not agreed."],
});
