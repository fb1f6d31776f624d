/** Returns a text as one line: every run of spaces, breaks and control characters is one space. */
export const oneLine = (text: string) => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()
