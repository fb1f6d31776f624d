/** The tables of iconv-lite, which has types for its functions only. */
declare module 'iconv-lite/encodings/*.js' {
  const charsets: Readonly<Record<string, string | number | { readonly chars: string }>>
  export default charsets
}
