/** What the exit status of a command says. Scripts rely on these numbers. */

export const EXIT = {
  /** It is done; for a run: it ended with a reply. */
  done: 0,
  /** The command failed, and has said why. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** The run waits for a person's answer. */
  waiting: 3,
  /** The run is paused, because a budget is used up. */
  paused: 4,
  /** The run ended without a reply, or with a notice that something failed. */
  unanswered: 5,
  /** The time that the command was given is over; the work goes on. */
  timeout: 6,
} as const

export type RunOutcome = 'done' | 'waiting' | 'paused' | 'unanswered' | 'timeout'

export const EXIT_HELP = `Exit status of say, watch, answer, approve, deny and continue:
  0  the run ended with a reply      3  it waits for an answer: baton questions
  1  the command failed              4  it is paused at a budget: baton continue
  2  the command line is wrong       5  it ended without a reply
                                     6  --minutes are over; the work goes on`
