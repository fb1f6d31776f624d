/** The traps that the run protocol avoids, each with the guard that does so. */

/** `guard` names a mutant; the trap is what happens without it. */
export const traps: readonly { readonly trap: string; readonly guard: string }[] = [
  {
    trap: '1: appended, not opened, and the dead-letter consumer knows the message',
    guard: 'append opens',
  },
  {
    trap: '2: the commands of an accepted turn die with the execution',
    guard: 'turn stays until done',
  },
  {
    trap: '3: ownership is checked, then a superseded run claims a job',
    guard: 'own run: takeMessages and ask',
  },
  { trap: '4: a late AwaitMessage leaves its older token', guard: 'younger token' },
  { trap: '5: a late TakeMessages removes the younger token', guard: 'take keeps the token' },
  { trap: '6: a stop is a mark, and a turn begins before it acts', guard: 'stop at once' },
  { trap: '7: the report of a stopped leg opens a run', guard: 'stopped legs' },
  { trap: '8: a late stop ends the job of a newer message', guard: 'stop fences' },
  { trap: '9: a late launch ends the newer job', guard: 'lock order' },
  { trap: '10: a launch after the stop begins a turn', guard: 'current job at fetch' },
  { trap: '11: a counter in the execution restarts', guard: 'asked in the item' },
  { trap: '12: a tombstone replaces a report', guard: 'dead letters append' },
  { trap: '13: a message is taken before its content is there', guard: 'body first' },
  { trap: '14: the execution fails before the person is notified', guard: 'abandoned until told' },
]
