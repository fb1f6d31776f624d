/** A name server for tests. It knows MX records and nothing else. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

/** Starts it on a free port. `records` are the exchanges of names; tests change them. */
export async function startNameServer() {
  const records = new Map<string, readonly string[]>()
  const socket = createSocket('udp4')
  socket.on('message', (query, { port, address }) =>
    socket.send(responseTo(query, records), port, address),
  )
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address() as AddressInfo
  return {
    address: `127.0.0.1:${port}`,
    records,
    close: () => new Promise<void>((resolve) => socket.close(() => resolve())),
  }
}

const HEADER = 12
const AUTHORITATIVE_RESPONSE = 0x8400
const NO_SUCH_NAME = 3
const MX = 15
const INTERNET = 1
/** A pointer to the name of the question. */
const QUESTION_NAME = 0xc00c

/** RFC 1035, 4: the question comes back, with its answers. */
function responseTo(query: Buffer, records: ReadonlyMap<string, readonly string[]>): Buffer {
  const end = query.indexOf(0, HEADER) + 5
  const exchanges = records.get(nameIn(query)) ?? []
  const header = words(
    query.readUInt16BE(0),
    AUTHORITATIVE_RESPONSE | (exchanges.length > 0 ? 0 : NO_SUCH_NAME),
    ...[1, exchanges.length, 0, 0],
  )
  const answers = exchanges.map((exchange) => {
    const data = Buffer.concat([words(10), nameOf(exchange)])
    return Buffer.concat([words(QUESTION_NAME, MX, INTERNET, 0, 60, data.length), data])
  })
  return Buffer.concat([header, query.subarray(HEADER, end), ...answers])
}

const words = (...values: number[]): Buffer =>
  Buffer.concat(
    values.map((value) => {
      const word = Buffer.alloc(2)
      word.writeUInt16BE(value)
      return word
    }),
  )

const nameOf = (name: string): Buffer =>
  Buffer.concat([
    ...name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
    Buffer.from([0]),
  ])

function nameIn(query: Buffer): string {
  const labels: string[] = []
  for (let at = HEADER; query[at]; at += (query[at] ?? 0) + 1)
    labels.push(query.subarray(at + 1, at + 1 + (query[at] ?? 0)).toString())
  return labels.join('.').toLowerCase()
}
