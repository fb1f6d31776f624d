/** Guards of the pause at a budget. */

import { product } from '../system.ts'
import type { Mutant } from './mutant.ts'

const BUSY = { w1: { leg: 1, deadline: 0, since: 0, reserved: 0 } }

export const budgetMutants: readonly Mutant[] = [
  {
    guard: 'hold at a budget',
    instead: 'takeMessages drops waiting messages when the run pauses',
    lacks: {
      takeMessages: (session, r, options) => {
        const { item, output } = product.takeMessages(session, r, options)
        return { item: item.held === session.held ? item : { ...item, held: session.held }, output }
      },
    },
    scenario: 'a budget that is used up',
    breaks: 'L4',
  },
  {
    guard: 'tell of a pause',
    instead: 'takeMessages holds waiting messages without a notice',
    lacks: {
      takeMessages: (session, r, options) => {
        const { item, output } = product.takeMessages(session, r, options)
        const { paused: _, ...untold } = item
        return { item: item === session ? item : untold, output }
      },
    },
    scenario: 'a budget that is used up',
    breaks: 'L4',
  },
  {
    guard: 'held goes first',
    instead: 'append leaves held messages when a person continues',
    lacks: {
      append: (session, arrival) => {
        const { item, output } = product.append(session, arrival)
        if (!session.paused || item.paused) return { item, output }
        const held = new Set(session.held.map(({ id }) => id))
        const inbox = item.inbox.filter(({ id }) => !held.has(id))
        return { item: { ...item, inbox, held: session.held }, output }
      },
    },
    scenario: 'a budget that is used up',
    breaks: 'S4',
  },
  {
    guard: 'await a worker',
    instead: 'awaitMessage waits although no worker is busy',
    lacks: {
      awaitMessage: (session, r, token) => {
        const { item, output } = product.awaitMessage({ ...session, busy: BUSY }, r, token)
        return { item: { ...item, busy: session.busy }, output }
      },
    },
    scenario: 'a budget that is used up while a worker is busy',
    breaks: 'L2',
  },
  {
    guard: 'hold a report',
    instead: 'append holds a report without waking the run that awaits it',
    lacks: {
      append: (session, arrival) => {
        const { item, output } = product.append(session, arrival)
        return { item, output: session.paused && arrival.leg ? undefined : output }
      },
    },
    scenario: 'a budget that is used up while a worker is busy',
    breaks: { coveredBy: 'the time-out of AwaitMessage, later' },
  },
]
