/**
 * SQS and S3: fauxqs 2.4.1, assembled from its parts.
 *
 * Its own `startFauxqs` listens on 0.0.0.0 and asks for no credentials. So this module imports its parts by path
 * and has its server listen on a private socket, which only the signed endpoint uses. fauxqs differs from SQS in
 * three ways: each receive returns one message of a group; a restart forgets the deduplication window; messages do
 * not expire.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { buildApp } from 'fauxqs'
import { PersistenceManager } from '../../../node_modules/fauxqs/dist/persistence.js'
import { FileS3Persistence } from '../../../node_modules/fauxqs/dist/s3/fileS3Persistence.js'
import { S3Store } from '../../../node_modules/fauxqs/dist/s3/s3Store.js'
import { SnsStore } from '../../../node_modules/fauxqs/dist/sns/snsStore.js'
import { SqsStore } from '../../../node_modules/fauxqs/dist/sqs/sqsStore.js'
import { privateSocket, type Upstream, upstream } from './private-socket.ts'

/** fauxqs accepts 11 MiB; objects may be larger. */
const bodyLimit = 512 * 1024 * 1024

export interface Fauxqs {
  readonly upstream: Upstream
  close(): Promise<void>
}

/** Starts fauxqs on the contents of `stateDir`: messages in SQLite, objects as files. */
export async function startFauxqs(stateDir: string): Promise<Fauxqs> {
  releaseReceived(path.join(stateDir, 'sqs', 'fauxqs.db'))
  const messages = new PersistenceManager(path.join(stateDir, 'sqs'))
  const objects = new FileS3Persistence(path.join(stateDir, 's3'))
  const stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() }
  messages.loadSqsAndSns(stores.sqsStore, stores.snsStore)
  objects.loadS3(stores.s3Store)
  // Set after loading: a store that persists while it is being filled deletes the messages of each queue it
  // creates.
  stores.sqsStore.persistence = messages
  for (const queue of stores.sqsStore.allQueues()) queue.persistence = messages
  stores.s3Store.persistence = objects

  const app = buildApp({ logger: false, stores })
  app.removeContentTypeParser('*')
  app.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit },
    async (_request: unknown, body: Buffer) => body,
  )
  const socket = privateSocket(stateDir, 'fauxqs')
  await app.listen({ path: socket.path })
  const connection = upstream(socket.path)
  return {
    upstream: connection,
    close: async () => {
      await app.close()
      connection.close()
      messages.close()
      objects.close()
      socket.remove()
    },
  }
}

/**
 * Makes received messages visible at once, because their receivers died with the last process. On AWS, where
 * pollers outlive the functions, they would wait for their visibility timeout.
 */
function releaseReceived(file: string): void {
  if (!existsSync(file)) return
  const database = new DatabaseSync(file)
  database.exec('UPDATE sqs_messages SET visibility_deadline = 1 WHERE visibility_deadline > 1')
  database.close()
}
