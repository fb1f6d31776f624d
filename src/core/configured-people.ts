/**
 * The key of the item in the Contacts table with the people of the configuration, which the deployment writes if there are
 * too many for a variable: the list `people`.
 */
export const CONFIGURED_PEOPLE = { scope: 'configured', name: '-' } as const
