/** Reads, writes and deletes objects in the bucket, and returns links that expire, for sandboxes and browsers. */

const store = () => import('./object-store.ts')

export const putObject = async (key: string, content: Uint8Array | string, contentType?: string) =>
  (await store()).put(key, content, contentType)

/** Returns an object's bytes, or undefined if it does not exist (any more). */
export const readObject = async (key: string) => (await store()).read(key)

/** Returns at most the first `bytes` bytes of an object that is not empty, or undefined if it does not exist (any more). */
export const readStart = async (key: string, bytes: number) => (await store()).read(key, bytes)

export const deleteObject = async (key: string) => (await store()).remove(key)

/** Replaces an object by an empty one, so that a link that only creates can no longer write there. */
export const blockObject = async (key: string) => (await store()).block(key)

/** `seconds`: how long the link works. */
export const readLink = async (key: string, seconds: number) =>
  (await store()).linkToRead(key, seconds)

/**
 * Returns a link with which a browser saves the object as a file of this name, and never renders it. Returns undefined
 * if the object does not exist (any more).
 */
export const downloadLink = async (key: string, file: { name: string; seconds: number }) =>
  (await store()).linkToDownload(key, file)

/** Returns a link to create an object, once, with the headers that the upload needs. */
export const createLink = async (key: string, seconds: number) =>
  (await store()).linkToCreate(key, seconds)

/** Returns a link that also overwrites, for runners that send no headers with it. */
export const writeLink = async (key: string, seconds: number) =>
  (await store()).linkToWrite(key, seconds)

/** Returns a link to upload exactly this content, once, with the headers that the upload needs. */
export const uploadLink = async (
  key: string,
  content: { size: number; sha256: string; seconds: number },
) => (await store()).linkToUpload(key, content)
