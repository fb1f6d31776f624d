/** The scripted conductor's reaction to one message: a reply and commands. */

type Command =
  | { type: 'SPAWN_WORKER'; task: string; criteria: readonly string[] }
  | { type: 'MESSAGE_WORKER'; workerId: string; instructions: string }
  | { type: 'KILL_WORKER'; workerId: string; accepted: boolean; reason: string }

export type Move = { reply: string | null; commands: Command[] }

export const noMove: Move = { reply: null, commands: [] }
