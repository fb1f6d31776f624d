/** The name beside Baton's own address. Programs repeat it above quotes. */
export const SENDER_NAME = 'Baton'
