/** The types of the API, from the declarations that its document is generated from. */
import type { ShapeOf } from '../../../src/contract/api/index.ts'

export type Entry = ShapeOf<'Entry'>
export type Command = ShapeOf<'Command'>
export type Delivery = ShapeOf<'Delivery'>
export type Receipt = ShapeOf<'Receipt'>
export type Session = ShapeOf<'Session'>
export type ListedSession = ShapeOf<'ListedSession'>
export type Worker = ShapeOf<'Worker'>
export type WorkerDetail = ShapeOf<'WorkerDetail'>
export type Leg = ShapeOf<'Leg'>
export type Metrics = ShapeOf<'Metrics'>
export type Status = ShapeOf<'Status'>
export type Preview = ShapeOf<'Preview'>
export type ListedPerson = ShapeOf<'ListedPerson'>
export type Question = ShapeOf<'Question'>
export type Daily = ShapeOf<'Daily'>
export type Undelivered = ShapeOf<'Undelivered'>
export type Dependency = ShapeOf<'Dependency'>
export type Limit = ShapeOf<'Limit'>
