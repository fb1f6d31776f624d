/** Objects in the bucket: read, put, removed, and handed to sandboxes and browsers as links that expire. */

const store = () => import('./object-store.ts')

export const putObject = async (key: string, content: Uint8Array | string, contentType?: string) =>
  (await store()).put(key, content, contentType)

/** Returns the bytes of an object, or undefined if there is none (any more). */
export const readObject = async (key: string) => (await store()).read(key)

export const deleteObject = async (key: string) => (await store()).remove(key)

/** `seconds`: how long the link works. */
export const readLink = async (key: string, seconds: number) =>
  (await store()).linkToRead(key, seconds)

/** A link by which a browser saves the object as a file of this name, and never renders it. */
export const downloadLink = async (key: string, file: { name: string; seconds: number }) =>
  (await store()).linkToDownload(key, file)

export const writeLink = async (key: string, seconds: number) =>
  (await store()).linkToWrite(key, seconds)

/** A link to put exactly this content, with the headers that must go with it. */
export const uploadLink = async (
  key: string,
  content: { size: number; sha256: string; seconds: number },
) => (await store()).linkToUpload(key, content)
