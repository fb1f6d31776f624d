/** The versions of the prompts. The history says which one a turn, a leg or a verification got, so raise it with every change. */
export const CONDUCTOR_PROMPT = 'conductor-4'
export const WORKER_PROMPT = 'worker-2'
export const VERIFIER_PROMPT = 'verifier-2'
