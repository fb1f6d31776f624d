/** Guards of questions to a person. */
import { askQuestion, closeQuestions } from '../../../../src/protocol/questions.ts'
import { product } from '../system.ts'
import type { Mutant } from './mutant.ts'

export const questionMutants: readonly Mutant[] = [
  {
    guard: 'ask once',
    instead: 'a question is asked although its command is done',
    lacks: {
      advance: (session, r, n, i, done) => {
        const { item, output } = product.advance(session, r, n, i, done)
        if (output || !done.ask || !session.turn) return { item, output }
        return { item: askQuestion(session, done.ask, { asked: [] }, done.now), output }
      },
    },
    scenario: 'an approval and a zombie step',
    breaks: 'S3',
  },
  {
    guard: 'an answer closes',
    instead: 'an answered question stays open',
    lacks: {
      receive: (session, arrival, reply) => {
        const { item, output } = product.receive(session, arrival, reply)
        return session.questions
          ? { item: { ...item, questions: session.questions }, output }
          : { item, output }
      },
    },
    scenario: 'an approval, given twice',
    breaks: 'S3',
  },
  {
    guard: 'only the yes approves',
    instead: 'any message of the person approves',
    lacks: {
      append: (session, arrival) =>
        arrival.from === 'person'
          ? product.receive(session, arrival, { line: 'yes', alone: true })
          : product.append(session, arrival),
    },
    scenario: 'an approval and another message',
    breaks: 'S7',
  },
  {
    guard: 'a yes to the last word',
    instead: 'a bare yes approves, whatever the conductor has said since',
    lacks: {
      receive: (session, arrival, reply) =>
        product.receive(
          {
            ...session,
            questions: (session.questions ?? []).map(({ turn: _, ...each }) => each),
          },
          arrival,
          reply,
        ),
    },
    scenario: 'an approval and another message',
    breaks: 'S7',
  },
  {
    guard: 'stop drops questions',
    instead: 'a stop leaves questions open',
    lacks: {
      stop: (session, text, account) => {
        const { item, output } = product.stop(session, text, account)
        return session.questions
          ? { item: { ...item, questions: session.questions }, output }
          : { item, output }
      },
    },
    scenario: 'an approval and a stop',
    breaks: 'S5',
  },
  {
    guard: 'an end closes',
    instead: 'a question that has expired stays open',
    lacks: {
      expire: (session, id, message, now) => {
        const { item, output } = product.expire(session, id, message, now)
        return session.questions
          ? { item: { ...item, questions: session.questions }, output }
          : { item, output }
      },
    },
    scenario: 'an approval that expires',
    breaks: 'L5',
  },
  {
    guard: 'ask about a worker once',
    instead: 'a closing run does not look whether the person has been asked about the worker',
    lacks: {
      askBeforeClose: (session, r, given) => {
        const { questions: open = [], ...others } = session
        const { item, output } = product.askBeforeClose(others, r, given)
        if (item === others) return { item: session, output }
        return { item: { ...item, questions: [...open, ...(item.questions ?? [])] }, output }
      },
    },
    scenario: 'a decision about a worker and a zombie step',
    breaks: 'S3',
  },
  {
    guard: 'ask about what was seen',
    instead: 'a closing run asks about a worker, whatever has come since it was read',
    lacks: {
      askBeforeClose: (session, r, given) =>
        product.askBeforeClose(session, r, { ...given, seq: session.lastSeq }),
    },
    scenario: 'a decision about a worker and a zombie step',
    breaks: 'S3',
  },
  {
    guard: 'decisions first',
    instead: 'the conductor is asked before a decision about a worker is applied',
    lacks: { appliesDecisions: false },
    scenario: 'a decision about a worker',
    breaks: 'S10',
  },
  {
    guard: 'words wait',
    instead: 'own words close a question when they come',
    lacks: {
      receive: (session, arrival, reply) => {
        const { item, output } = product.receive(session, arrival, reply)
        return { item: closeQuestions(item, session.questions ?? [], 'answered'), output }
      },
    },
    scenario: 'own words that answer nothing',
    breaks: 'S9',
  },
  {
    guard: 'an end waits',
    instead: 'a question expires although words that may answer it wait',
    lacks: {
      expire: (session, id, message, now) => {
        const unmarked = session.inbox.map(({ beside: _, ...waiting }) => waiting)
        const { item, output } = product.expire({ ...session, inbox: unmarked }, id, message, now)
        return {
          item: { ...item, inbox: [...session.inbox, ...item.inbox.slice(unmarked.length)] },
          output,
        }
      },
    },
    scenario: 'own words that answer nothing',
    breaks: 'S9',
  },
  {
    guard: 'words answer',
    instead: 'a question stays open when its answer in own words has been read',
    lacks: {
      accept: (session, r, n, decision) =>
        product.accept(session, r, n, {
          ...decision,
          keeps: (session.questions ?? []).map(({ id }) => id),
        }),
    },
    scenario: 'an answer in own words',
    breaks: 'S9',
  },
  {
    guard: 'keep what is not answered',
    instead: 'own words answer a question, whatever the conductor says',
    lacks: {
      accept: (session, r, n, decision) =>
        product.accept(session, r, n, { ...decision, keeps: [] }),
    },
    scenario: 'own words that answer nothing',
    breaks: 'S9',
  },
  {
    guard: 'a wait closes the run',
    instead: 'a run does not close while a question is open',
    lacks: {
      closeRun: (session, r, account) =>
        session.questions
          ? { item: session, output: false }
          : product.closeRun(session, r, account),
    },
    scenario: 'an approval that expires',
    breaks: 'L5',
  },
]
