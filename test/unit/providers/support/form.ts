/** Parses a multipart form as a webhook does, each part as bytes. */
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { Busboy } from '@fastify/busboy'
import type { Asked } from './webhook.ts'

export interface ReadPart {
  readonly name: string
  readonly content: Buffer
  readonly fileName: string | undefined
  readonly type: string
}

/** Rejects if the form is not well-formed. */
export async function readForm({ headers, body }: Asked): Promise<readonly ReadPart[]> {
  const parts: Promise<ReadPart>[] = []
  const contentType = String(headers['content-type'])
  const busboy = new Busboy({
    headers: { 'content-type': contentType },
    isPartAFile: () => true,
  })
  busboy.on('file', (name, stream, fileName: string | undefined, _encoding, type) =>
    parts.push(buffer(stream).then((content) => ({ name, content, fileName, type }))),
  )
  await new Promise<void>((resolve, reject) => {
    busboy.on('error', reject).on('finish', () => resolve())
    Readable.from([body]).pipe(busboy)
  })
  return Promise.all(parts)
}

export const textOf = (parts: readonly ReadPart[], name: string) =>
  parts.find((part) => part.name === name)?.content.toString()
