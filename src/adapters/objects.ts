/** Reads, writes and deletes objects in the bucket, and returns links that expire, for sandboxes and browsers. */

const store = () => import('./object-store.ts')

export const putObject = async (key: string, content: Uint8Array | string, contentType?: string) =>
  (await store()).put(key, content, contentType)

/** Returns an object's bytes, or undefined if it does not exist (any more). */
export const readObject = async (key: string) => (await store()).read(key)

export const deleteObject = async (key: string) => (await store()).remove(key)

/** `seconds`: how long the link works. */
export const readLink = async (key: string, seconds: number) =>
  (await store()).linkToRead(key, seconds)

/** Returns a link with which a browser saves the object as a file of this name, and never renders it. */
export const downloadLink = async (key: string, file: { name: string; seconds: number }) =>
  (await store()).linkToDownload(key, file)

export const writeLink = async (key: string, seconds: number) =>
  (await store()).linkToWrite(key, seconds)

/** Returns a link to upload exactly this content, with the headers that the upload needs. */
export const uploadLink = async (
  key: string,
  content: { size: number; sha256: string; seconds: number },
) => (await store()).linkToUpload(key, content)
