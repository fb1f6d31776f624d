/**
 * SQS and S3: fauxqs 2.4.1, put together from its parts.
 *
 * Its own `startFauxqs` listens on 0.0.0.0 and asks for no credentials, so its parts are taken by path and its server
 * listens on a private socket; the signed endpoint is the only way to it. Deviations of fauxqs that our callers see:
 * one message a group in each receive; the deduplication window is lost by a restart; messages do not expire.
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

/** fauxqs takes 11 MiB; a transcript may be longer. */
const bodyLimit = 512 * 1024 * 1024

export interface Fauxqs {
  readonly upstream: Upstream
  close(): Promise<void>
}

/** Starts fauxqs on what `stateDir` holds: messages in SQLite, objects as files. */
export async function startFauxqs(stateDir: string): Promise<Fauxqs> {
  releaseReceived(path.join(stateDir, 'sqs', 'fauxqs.db'))
  const messages = new PersistenceManager(path.join(stateDir, 'sqs'))
  const objects = new FileS3Persistence(path.join(stateDir, 's3'))
  const stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() }
  messages.loadSqsAndSns(stores.sqsStore, stores.snsStore)
  objects.loadS3(stores.s3Store)
  // Set after loading: a store that persists while it is filled would delete the messages of each queue it creates.
  stores.sqsStore.persistence = messages
  for (const queue of stores.sqsStore.allQueues()) queue.persistence = messages
  stores.s3Store.persistence = objects

  const app = buildApp({ logger: false, stores })
  app.removeContentTypeParser('*')
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, done) => {
    done(null, body)
  })
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
 * Whoever had received a message died with the last start, so it is visible at once. AWS, whose pollers outlive our
 * functions, would let it wait out its visibility timeout.
 */
function releaseReceived(file: string): void {
  if (!existsSync(file)) return
  const database = new DatabaseSync(file)
  database.exec('UPDATE sqs_messages SET visibility_deadline = 1 WHERE visibility_deadline > 1')
  database.close()
}
