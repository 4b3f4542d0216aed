/** The variable that holds a token of each kind. */
export const TOKEN_VARIABLES = { access: 'PADLOCK_ACCESS_TOKEN', id: 'PADLOCK_ID_TOKEN' } as const;
