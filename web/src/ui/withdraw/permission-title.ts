/** The id of the heading of a permission's card, where focus goes when its buttons are gone. */
export const permissionTitleId = (consentId: string): string => `permission-${consentId}`;
